"""ACH files written by the project's own writer, for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from isthmus.protocols.nacha import NewBatch, NewEntry, NewFile, write

TRN = "TRN*1*2026030212345*1512345678*999999999\\"
REMITTANCE = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *260302*0900*U*00401*000000001*0*P*:~"
    "GS*RA*PAYER*HOSPITAL*20260302*0900*1*X*004010~ST*820*0001~BPR*C*50.00*C*ACH*CTX~TRN*1*778899*1512345678~"
    "SE*4*0001~GE*1*1~IEA*1*000000001~"
)


def entry(amount: str, information: str = "", code: int = 22) -> NewEntry:
    return NewEntry(
        transaction_code=code,
        rdfi="231380104",
        account="12345678",
        amount=Decimal(amount),
        identification="1999999999",
        receiver="GENERAL HOSPITAL",
        information=information,
    )


def batch(entry_class: str, *entries: NewEntry) -> NewBatch:
    return NewBatch(
        company_name="PAYER INC",
        company_id="1512345678",
        entry_class=entry_class,
        description="HCCLAIMPMT",
        effective=date(2026, 3, 3),
        odfi="12104288",
        entries=entries,
    )


FILE = NewFile(
    destination="231380104",
    origin="121042882",
    created=date(2026, 3, 2),
    time="0900",
    destination_name="HOSPITAL BANK",
    origin_name="PAYER BANK",
    batches=(
        batch("CCD", entry("1234.56", TRN), entry("0.44", TRN.replace("12345", "99999"))),
        batch("CTX", entry("50.00", REMITTANCE)),
        batch("PPD", entry("7.00", code=27), entry("9.99")),
    ),
)
DATA = write(FILE)
