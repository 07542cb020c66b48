"""Staff: people who order, perform and document, as HL7 v2 chapter 15 carries them (STF, PRA)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ...flows import Table, table
from ...flows.tables import refers_to


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """One person.

    npi       national provider identifier, ten digits
    category  PRA-3: physician, nurse, resident ...
    active    N: known, and working no longer
    """

    staff: str
    family_name: str = ""
    given_name: str = ""
    npi: Annotated[str, msgspec.Meta(pattern=r"[0-9]{10}")] = ""
    category: str = ""
    specialty: str = ""
    department: str = ""
    job_title: str = ""
    cost_centre: Annotated[str, refers_to("cost-centres")] = ""
    active: bool = True


def staff(*, fed: bool = True) -> Table[StaffMember]:
    """`staff`: staff"""
    return table("staff", key="staff", row=StaffMember, fed=fed, personal=True)
