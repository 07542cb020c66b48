"""Money files of invented parties, small enough to be read here."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from isthmus.protocols import nacha

ISA = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *260115*0934*^*00501*000000007*0*P*:~"


def interchange(code: str, guide: str, *transactions: list[str]) -> bytes:
    """An interchange of transaction sets, each given from behind ST to before SE."""
    group = {"835": "HP", "837": "HC"}.get(code, "FA")
    text = ISA + f"\nGS*{group}*PAYER*HOSPITAL*20260115*0934*7*X*{guide}~\n"
    for number, segments in enumerate(transactions, 1):
        rows = [f"ST*{code}*{number:04}", *segments, f"SE*{len(segments) + 2}*{number:04}"]
        text += "".join(f"{row}~\n" for row in rows)
    return (text + f"GE*{len(transactions)}*7~\nIEA*1*000000007~\n").encode()


def remittance(claims: list[tuple[str, str]], paid: str | None = None, adjustment: str = "") -> list[str]:
    """An 835 over claims, (CLP01, CLP04) each."""
    total = sum((Decimal(one) for _, one in claims), Decimal(0)) - Decimal(adjustment or 0)
    rows = [
        f"BPR*I*{paid or total}*C*ACH*CCP*01*1*DA*2*3**01*4*DA*5*20260116",
        "TRN*1*T1*1999",
        "N1*PR*PAYER",
        "N1*PE*US",
    ]
    for at, (claim, amount) in enumerate(claims, 1):
        if at % 2:
            rows.append(f"LX*{at}")
        rows += [f"CLP*{claim}*1*{amount}*{amount}**MC*ICN{at}", f"SVC*HC:99213*{amount}*{amount}"]
    return rows + ([f"PLB*1*20261231*WO:X*{adjustment}"] if adjustment else [])


def claims(*numbers: str) -> list[str]:
    """An 837 of a provider, with a subscriber for each two claims, and a patient of its own for the last."""
    rows = [
        "BHT*0019*00*1*20260115*0934*CH",
        "NM1*41*2*US*****46*1",
        "NM1*40*2*PAYER*****46*2",
        "HL*1**20*1",
        "NM1*85*2*US",
    ]
    for at, claim in enumerate(numbers):
        if at % 2 == 0:
            rows += [f"HL*{at + 2}*1*22*0", "SBR*P*18", f"NM1*IL*1*S{at}"]
        if at == len(numbers) - 1:
            rows += [f"HL*{at + 20}*{at + 2}*23*0", "PAT*19", "NM1*QC*1*CHILD"]
        rows += [f"CLM*{claim}*100***11:B:1*Y*A*Y*Y", "HI*ABK:J00", "LX*1", "SV1*HC:99213*100*UN*1***1"]
    return rows


def ach(*amounts: str) -> bytes:
    entries = tuple(
        nacha.NewEntry(
            transaction_code=22,
            rdfi="091000019",
            account=f"ACCOUNT{at}",
            amount=Decimal(amount),
            identification=f"ID{at}",
            receiver="HOSPITAL",
            information="TRN*1*T1*1999~" if at else "",
        )
        for at, amount in enumerate(amounts)
    )
    batch = nacha.NewBatch(
        company_name="PAYER", company_id="1999999999", entry_class="CCD", description="HCCLAIMPMT",
        effective=date(2026, 1, 16), odfi="09100001", entries=entries,
    )  # fmt: skip
    return nacha.write(
        nacha.NewFile(destination=" 091000019", origin="1999999999", created=date(2026, 1, 15), batches=(batch,))
    )


BAI2 = b"""\
01,BANK,HOSPITAL,260115,0934,7,,,2/
02,HOSPITAL,BANK,1,260115,0934,USD,2/
03,4711,USD,010,100000,,/
16,165,1250,Z,B1,C1,HCCLAIMPMT TRN*1*T1/
16,475,500,,B2,,A CHECK
88,WITH A SECOND LINE
49,101750,5/
03,4712,,/
16,165,99,Z,B3,,/
49,99,3/
98,101849,2,10/
99,101849,1,12/
"""
