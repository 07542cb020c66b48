"""A cXML document: the envelope, who sends it to whom, and the one document inside.

    cXML @payloadID @timestamp @version @xml:lang
      Header   From, To, Sender: Credential { @domain Identity SharedSecret }  UserAgent
      Request  @deploymentMode  PunchOutSetupRequest | OrderRequest | ConfirmationRequest | ShipNoticeRequest |
                                InvoiceDetailRequest | StatusUpdateRequest
      Response Status           PunchOutSetupResponse, or nothing
      Message  @deploymentMode @inReplyTo  Status?  PunchOutOrderMessage

The document type declaration may name a DTD, as the standard wants; it is passed over and nothing is fetched. One that
declares anything itself is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from datetime import date
from typing import Literal

from ...kernel import Misuse
from .. import safe_xml
from ..safe_xml import Element, XmlError
from .fulfilment import ConfirmationRequest, ShipNoticeRequest
from .grammar import Finding, ParseError, Secret
from .invoices import InvoiceDetailRequest
from .orders import (
    OrderRequest,
    PunchOutOrderMessage,
    PunchOutSetupRequest,
    PunchOutSetupResponse,
    Status,
    StatusUpdateRequest,
)
from .reading import Reading, Unknown, joined, numbered
from .shape import Value, moment_at, parts_at, places, secret_at, text_at, value
from .writing import Node, copied, fill, serialized

Envelope = Literal["Request", "Response", "Message"]

KINDS: dict[str, tuple[Envelope, type[Value], str]] = {
    "PunchOutSetupRequest": ("Request", PunchOutSetupRequest, "cXML"),
    "PunchOutSetupResponse": ("Response", PunchOutSetupResponse, "cXML"),
    "PunchOutOrderMessage": ("Message", PunchOutOrderMessage, "cXML"),
    "OrderRequest": ("Request", OrderRequest, "cXML"),
    "ConfirmationRequest": ("Request", ConfirmationRequest, "Fulfill"),
    "ShipNoticeRequest": ("Request", ShipNoticeRequest, "Fulfill"),
    "InvoiceDetailRequest": ("Request", InvoiceDetailRequest, "InvoiceDetail"),
    "StatusUpdateRequest": ("Request", StatusUpdateRequest, "cXML"),
}
"""The documents that have values: the envelope they travel in, their value, the DTD that declares them."""

VERSION = "1.2.060"
"""The release of the DTD that a written document names when it says no other."""

_VERSION = re.compile(r"[0-9]\.[0-9]\.[0-9]{3}")
_ENVELOPES: tuple[Envelope, ...] = ("Request", "Response", "Message")


@value
class Credential(Value):
    """Who, in a domain: DUNS, NetworkID, AribaNetworkUserId … The secret is only ever given out by `secret.reveal()`."""

    domain: str = text_at("@domain")
    type: str = text_at("@type")
    identity: str = text_at("Identity")
    secret: Secret | None = secret_at("SharedSecret")


@value
class Header(Value):
    """From whom, to whom, and who sends it on their behalf."""

    sent_from: tuple[Credential, ...] = parts_at("From/Credential", Credential)
    sent_to: tuple[Credential, ...] = parts_at("To/Credential", Credential)
    sender: tuple[Credential, ...] = parts_at("Sender/Credential", Credential)
    user_agent: str = text_at("Sender/UserAgent")


@value
class _Root(Value):
    payload_id: str = text_at("@payloadID")
    timestamp: date | None = moment_at("@timestamp")
    version: str = text_at("@version")
    language: str = text_at("@xml:lang")


@value
class Document(Value):
    """One document. `body` is None for a bare response, and for a kind that has no values: that is in `unknown`.

    mode      deploymentMode: production, test
    status    of a response, and of a message that has one
    unknown   what no value took, with its path and element
    root, raw the tree and the bytes that were read; `where`: the path of each value's element, by `id`
    """

    payload_id: str = ""
    timestamp: date | None = None
    version: str = ""
    language: str = ""
    envelope: Envelope = "Request"
    mode: str = ""
    in_reply_to: str = ""
    header: Header | None = None
    status: Status | None = None
    body: Value | None = None
    unknown: tuple[Unknown, ...] = field(default=(), compare=False)
    noticed: tuple[Finding, ...] = field(default=(), compare=False)
    root: Element | None = field(default=None, compare=False)
    raw: bytes = field(default=b"", compare=False)
    where: dict[int, str] = field(default_factory=dict, compare=False)

    @property
    def kind(self) -> str:
        """The name of the document inside: OrderRequest; "" when there is none or none that is known here."""
        return type(self.body).__name__ if self.body is not None else ""

    def place(self, value: Value, name: str) -> str:
        """Where a field of a value of this document stands: Request/OrderRequest/ItemOut[2]/@quantity."""
        around, path = self.where.get(id(value), type(value).__name__), places(type(value))[name].path
        return around if path == "." else joined(around, path)

    def findings(self) -> list[Finding]:
        """What no value took, and dates that are none."""
        unknown = [Finding("unknown", one.element.line, "No value takes this", one.path) for one in self.unknown]
        return sorted([*self.noticed, *unknown], key=lambda finding: finding.line)

    def __bytes__(self) -> bytes:
        return self.raw


def parse(data: bytes) -> Document:
    """The document in `data`. Raises ParseError, for any bytes whatever."""
    try:
        root = safe_xml.parse(data, doctype=True)
    except XmlError as error:
        raise ParseError(error.args[0], offset=error.offset, line=error.line, rule=error.rule) from None
    envelopes = [child for child in root.children if child.name in _ENVELOPES]
    if root.name != "cXML" or not envelopes:
        message = "The document is no cXML with a Request, a Response or a Message"
        raise ParseError(message, offset=root.offset, line=root.line, rule="cXML.dtd")
    return _document(root, envelopes[0], bytes(data))


def write(document: Document) -> bytes:
    """The document as it goes out, with its document type. A body that is None is written from what was read.

    Raises Misuse for a body that its envelope cannot hold, and for characters that XML cannot.
    """
    root = Node("cXML")
    fill(root, _Root(**{name: getattr(document, name) for name in places(_Root)}))
    if document.header is not None:
        fill(root.add("Header"), document.header)
    envelope = root.add(document.envelope)
    envelope.set("deploymentMode", document.mode) if document.mode else None
    envelope.set("inReplyTo", document.in_reply_to) if document.in_reply_to else None
    if document.status is not None:
        fill(envelope.add("Status"), document.status)
    for element in _unread(document):
        copied(envelope.add(element.name), element)
    dtd = "cXML"
    if document.body is not None:
        wanted, _, dtd = KINDS.get(document.kind, ("", None, ""))
        if wanted != document.envelope:
            raise Misuse(f"A {document.kind} does not stand in a {document.envelope}")
        fill(envelope.add(document.kind), document.body)
    return "\n".join([_prolog(document.version, dtd), *serialized(root), ""]).encode()


def _document(root: Element, envelope: Element, raw: bytes) -> Document:
    reading = Reading()
    head, path = reading.value(_Root, root, ""), envelope.name
    reading.enter(envelope, "deploymentMode", "inReplyTo")
    reading.where.pop(id(head))
    header, status = root.find("Header"), envelope.find("Status")
    name: Envelope = next(one for one in _ENVELOPES if one == envelope.name)
    return Document(
        payload_id=head.payload_id,
        timestamp=head.timestamp,
        version=head.version,
        language=head.language,
        envelope=name,
        mode=envelope.attributes.get("deploymentMode", ""),
        in_reply_to=envelope.attributes.get("inReplyTo", ""),
        header=None if header is None else reading.value(Header, header, "Header"),
        status=None if status is None else reading.value(Status, status, f"{path}/Status"),
        body=_body(reading, envelope),
        unknown=tuple(reading.unknown(root, "")),
        noticed=tuple(reading.findings),
        root=root,
        raw=raw,
        where=reading.where,
    )


def _body(reading: Reading, envelope: Element) -> Value | None:
    """The first document inside whose kind belongs in this envelope."""
    for element, path in numbered(envelope.children, envelope.name):
        wanted, kind, _ = KINDS.get(element.name, ("", Value, ""))
        if wanted == envelope.name:
            return reading.value(kind, element, path)
    return None


def _unread(document: Document) -> Iterator[Element]:
    """The documents inside that have no values, of one that was read."""
    around = document.root.find(document.envelope) if document.root is not None and document.body is None else None
    return (child for child in (around.children if around is not None else []) if child.name != "Status")


def _prolog(version: str, dtd: str) -> str:
    release = version if _VERSION.fullmatch(version) else VERSION
    system = f"http://xml.cxml.org/schemas/cXML/{release}/{dtd}.dtd"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE cXML SYSTEM "{system}">'
