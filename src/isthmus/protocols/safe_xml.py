"""XML 1.0 with namespaces, without what makes XML dangerous: the ground that cXML and ISO 20022 stand on.

Refused: an internal DTD subset, entities of one's own, external entities, and more bytes, elements, attributes or depth than any
business document has. Nothing is ever fetched. A DOCTYPE that only names an external DTD, as every cXML document has, is
refused too unless `doctype=True`: then it is passed over, and the DTD is not loaded.

What comes out is a tree for reading values. Comments, processing instructions and the order of text among children are not
kept: the original bytes are the document, and they go on unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.parsers import expat

import msgspec

from ..kernel import PeerFault

BYTES_MAX = 64 << 20
"""A day's statement of a large account is some 20 MB; the tree takes about ten times the bytes."""

DEPTH_MAX = 64
"""camt.053 nests about 15 deep, cXML about 12."""

ELEMENTS_MAX = 2_000_000
"""About what BYTES_MAX holds of small elements."""

ATTRIBUTES_MAX = 64


class XmlError(PeerFault):
    """These bytes are not XML that is safe to read."""

    # `line` counts from 1.
    code = "XML_PARSE"

    def __init__(self, message: str, *, offset: int, line: int, rule: str) -> None:
        super().__init__(message, offset=offset, rule=rule, location=f"line {line}")
        self.line = line


class Element:
    """One element. `name`: its local name; `namespace`: its URI or ""; attributes by name, `{uri}name` when qualified."""

    __slots__ = ("_text", "attributes", "children", "line", "name", "namespace", "offset")

    def __init__(self, name: str, namespace: str, attributes: Mapping[str, str], line: int, offset: int) -> None:
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
        self.children: list[Element] = []
        self.line = line
        self.offset = offset
        self._text: list[str] = []

    @property
    def text(self) -> str:
        """Its own character data, without blanks around it."""
        return "".join(self._text).strip(" \t\r\n")

    def find(self, path: str) -> Element | None:
        """The first element at a path of local names, like "Acct/Id/IBAN"; None when there is none."""
        return next(self.all(path), None)

    def all(self, path: str) -> Iterator[Element]:
        """Every element at a path, in the order of the document."""
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def read(self, path: str) -> str:
        """The text at a path, or the attribute at one like "Order/@id"; "" when there is none."""
        place, at, attribute = path.partition("@")
        found = self.find(place.rstrip("/")) if place else self
        if found is None:
            return ""
        return found.attributes.get(attribute, "") if at else found.text

    def __repr__(self) -> str:
        return f"<Element {self.name}, {len(self.children)} children>"


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How large a document may be."""

    bytes_max: int = BYTES_MAX
    depth_max: int = DEPTH_MAX
    elements_max: int = ELEMENTS_MAX
    attributes_max: int = ATTRIBUTES_MAX


def parse(data: bytes, *, doctype: bool = False, limits: Limits | None = None) -> Element:
    """The root element of a document. Raises XmlError, for any bytes whatever.

    `doctype`: pass over a DOCTYPE that names an external DTD and declares nothing itself.
    """
    limits = limits or Limits()
    if len(data) > limits.bytes_max:
        raise XmlError(f"The document is larger than {limits.bytes_max} bytes", offset=0, line=1, rule="size")
    return _Builder(doctype, limits).build(bytes(data))


class _Builder:
    def __init__(self, doctype: bool, limits: Limits) -> None:
        self._doctype = doctype
        self._limits = limits
        self._open: list[Element] = []
        self._root: Element | None = None
        self._elements = 0
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._character_data
        parser.StartDoctypeDeclHandler = self._start_doctype
        parser.EntityDeclHandler = self._entity
        parser.ExternalEntityRefHandler = self._external
        parser.SkippedEntityHandler = self._skipped

    def build(self, data: bytes) -> Element:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise self._fault("The document is not well-formed", f"XML 1.0: {expat.ErrorString(error.code)}") from None
        except (LookupError, ValueError):
            raise self._fault("The document's encoding cannot be read", "XML 1.0 §4.3.3") from None
        if self._root is None:
            raise self._fault("The document has no element", "XML 1.0 §2.1")
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > self._limits.elements_max:
            raise self._fault(f"More than {self._limits.elements_max} elements", "elements")
        if len(self._open) >= self._limits.depth_max:
            raise self._fault(f"Elements nest deeper than {self._limits.depth_max}", "depth")
        if len(attributes) > self._limits.attributes_max:
            raise self._fault(f"An element has more than {self._limits.attributes_max} attributes", "attributes")
        namespace, _, local = name.rpartition(" ")
        named = {_qualified(key): value for key, value in attributes.items()}
        parser = self._parser
        element = Element(local, namespace, named, parser.CurrentLineNumber, parser.CurrentByteIndex)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _character_data(self, text: str) -> None:
        self._open[-1]._text.append(text)

    def _start_doctype(self, name: str, system: str | None, public: str | None, internal: int) -> None:
        if internal or not self._doctype:
            raise self._fault("The document declares a document type", "no-dtd")

    def _entity(self, *declared: object) -> None:
        raise self._fault("The document declares an entity", "no-entities")

    def _external(self, *reference: object) -> int:
        raise self._fault("The document refers to an external entity", "no-entities")

    def _skipped(self, name: str, is_parameter: bool) -> None:
        raise self._fault("The document refers to an entity that it does not declare", "no-entities")

    def _fault(self, message: str, rule: str) -> XmlError:
        parser = self._parser
        return XmlError(message, offset=max(0, parser.CurrentByteIndex), line=parser.CurrentLineNumber, rule=rule)


def _qualified(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return f"{{{namespace}}}{local}" if namespace else local
