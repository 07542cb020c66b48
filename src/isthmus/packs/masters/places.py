"""Places: locations of patients and of stock, and the department and cost centre that they belong to."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ...flows import Table, table
from ...flows.tables import refers_to


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A location as HL7 v2 writes it (PL): `MED^204^A` at a facility.

    kind         LOC-3: N nursing unit, R room, B bed, D department, O operating room ... (HL7 table 0260)
    department   the one whose visits and charges happen here (LDP-2)
    cost_centre  LDP-12
    """

    facility: str
    place: str
    description: str = ""
    kind: str = ""
    department: str = ""
    service: str = ""
    cost_centre: Annotated[str, refers_to("cost-centres")] = ""


def places(*, fed: bool = True) -> Table[Place]:
    """`places`: facility, place"""
    return table("places", key=("facility", "place"), row=Place, fed=fed)
