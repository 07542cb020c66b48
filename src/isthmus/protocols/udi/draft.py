"""A UDI while it is being read: what was taken, what was not, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from .dates import read_day
from .grammar import Finding
from .values import Agency, Element, Udi


class Draft:
    """Collects what an agency's grammar finds. `year`: the present one, for years of two digits."""

    def __init__(self, agency: Agency, raw: str, year: int) -> None:
        self._agency = agency
        self._raw = raw
        self._year = year
        self._parts: dict[str, Any] = {}
        self.elements: list[Element] = []
        self._unread: list[Element] = []
        self.findings: list[Finding] = []
        self.link = ""

    def element(self, identifier: str, data: str, offset: int) -> Element:
        """The next element of the label; whoever calls says then what it means."""
        found = Element(identifier=identifier, data=data, offset=offset)
        self.elements.append(found)
        return found

    def take(self, element: Element, part: str, value: str | int) -> None:
        """A part of the UDI: what stands there twice must be the same."""
        self._set(element, part, value)

    def take_day(self, element: Element, part: str, written: str, form: str) -> None:
        """A date of the UDI, in its form."""
        day = read_day(written, form, self._year)
        if day is None:
            self.fault(element, "date", f"the {part} date is none in the form {form}")
        elif not (part in self._parts and self._parts[part].on == day.on):
            self._set(element, part, day)

    def fault(self, element: Element, rule: str, note: str) -> None:
        """An element that breaks a rule: nothing is taken from it."""
        self._unread.append(element)
        self.finding(rule, element.offset, note)

    def unknown(self, element: Element, note: str) -> None:
        """An element that is not understood: no fault, another edition of the standard may know it."""
        self._unread.append(element)
        self.finding("unknown", element.offset, note, fault=False)

    def finding(self, rule: str, offset: int, note: str, *, fault: bool = True) -> None:
        """Something about the label as a whole, or about an element that is taken all the same."""
        self.findings.append(Finding(rule, offset, note, fault))

    def finish(self) -> Udi:
        """The UDI."""
        return Udi(
            agency=self._agency,
            **self._parts,
            link=self.link,
            elements=tuple(self.elements),
            unread=tuple(self._unread),
            findings=tuple(self.findings),
            raw=self._raw,
        )

    def _set(self, element: Element, part: str, value: Any) -> None:
        if self._parts.setdefault(part, value) != value:
            self.fault(element, "repeated", f"the label has the {part} twice, and not the same")
