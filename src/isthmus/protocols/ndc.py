"""The National Drug Code in its forms (21 CFR 207.33; HIPAA's 11 digits: 45 CFR 162.1002, as X12 carries it after N4).

    labeler-product-package    10 digits: 4-4-2, 5-3-2 or 5-4-1          11 digits: 5-4-2, each part filled with zeros on its left

Ten digits without hyphens do not say which of the three they are: they are refused unless the form is given. There is no
check digit: what has the right form may still be no drug.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from ..kernel import PeerFault

Form = Literal["4-4-2", "5-3-2", "5-4-1", "5-4-2"]

_FORMS: dict[str, tuple[int, int, int]] = {
    "4-4-2": (4, 4, 2),
    "5-3-2": (5, 3, 2),
    "5-4-1": (5, 4, 1),
    "5-4-2": (5, 4, 2),
}
_HYPHENATED = re.compile(r"([0-9]{4,5})-([0-9]{3,4})(?:-([0-9]{1,2}))?")
_DIGITS = re.compile(r"[0-9]{10,11}")


class NdcError(PeerFault):
    """This text is no National Drug Code."""

    code = "NDC_PARSE"


class Ndc(NamedTuple):
    """A code as its parts were written. `package` is "" for a product code, which names a drug in all its packages."""

    labeler: str
    product: str
    package: str

    @property
    def form(self) -> str:
        """The lengths of its parts, like "5-4-2"."""
        return "-".join(str(len(part)) for part in self if part)

    @property
    def hyphenated(self) -> str:
        """As it was written, with hyphens."""
        return "-".join(part for part in self if part)

    @property
    def eleven(self) -> str:
        """The 11 digits that claims carry; 9 for a product code. Two codes are the same drug when these are equal."""
        package = self.package.zfill(2) if self.package else ""
        return self.labeler.zfill(5) + self.product.zfill(4) + package

    def ten(self) -> tuple[str, ...]:
        """The 10-digit codes, with hyphens, that it can be: one, unless an 11-digit code has several zeros to leave out."""
        if self.form != "5-4-2":
            return (self.hyphenated,)
        parts = tuple(self)
        return tuple(
            "-".join(part[1:] if place == short else part for place, part in enumerate(parts))
            for short in range(3)
            if parts[short].startswith("0")
        )


def read(text: str, *, form: Form | None = None) -> Ndc:
    """The code in `text`, with or without hyphens. Raises NdcError.

    form   what ten digits without hyphens are; a text that is of another form is refused
    """
    stripped = text.strip(" ")
    hyphenated = _HYPHENATED.fullmatch(stripped)
    if hyphenated:
        found = Ndc(hyphenated[1], hyphenated[2], hyphenated[3] or "")
        if found.form not in _FORMS and (found.package or found.form not in ("4-4", "5-3", "5-4")):
            raise NdcError("The parts have lengths that no NDC has", rule="21 CFR 207.33")
    elif _DIGITS.fullmatch(stripped):
        found = _cut(stripped, form)
    else:
        raise NdcError("An NDC is 10 or 11 digits, or parts with hyphens", rule="21 CFR 207.33")
    if form and found.package and found.form != form:
        raise NdcError("The NDC is not of the given form", rule="form")
    return found


def _cut(digits: str, form: Form | None) -> Ndc:
    if len(digits) == 10 and form is None:
        raise NdcError("Ten digits without hyphens can be three different drugs: the form is needed", rule="ambiguous")
    labeler, product, package = _FORMS[form or "5-4-2"] if len(digits) == 10 else _FORMS["5-4-2"]
    if labeler + product + package != len(digits):
        raise NdcError("The NDC is not of the given form", rule="form")
    return Ndc(digits[:labeler], digits[labeler : labeler + product], digits[labeler + product :])
