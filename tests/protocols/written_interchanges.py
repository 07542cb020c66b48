"""Interchanges that the tests of X12 share."""

from __future__ import annotations


def interchange(segments: list[str], marks: str = "*:^~", *, version: str = "00501", kind: str = "HP") -> bytes:
    """Segments between envelopes; `marks`: element, component, repetition separator, terminator."""
    element, component, repetition, terminator = marks
    eleventh = repetition if version >= "00402" else "U"
    header = "ISA 00 .......... 00 .......... ZZ PAYER.......... ZZ HUB............ 260115 0934".replace(" ", element)
    header = header.replace(".", " ") + element + element.join([eleventh, version, "000000001", "0", "T", component])
    group = element.join(["GS", kind, "PAYER", "HUB", "20260115", "0934", "1", "X", "005010X221A1"])
    trailers = [element.join(["GE", "1", "1"]), element.join(["IEA", "1", "000000001"])]
    return "".join(one + terminator for one in (header, group, *segments, *trailers)).encode()


REMITTANCE = interchange(
    [
        "ST*835*0001*005010X221A1",
        "BPR*I*130*C*ACH*CCP*01*111000025*DA*123456*1512345678**01*111000038*DA*987654*20260116",
        "TRN*1*EFT0001*1512345678",
        "DTM*405*20260115",
        "N1*PR*GOOD PAYER",
        "N1*PE*GENERAL HOSPITAL*XX*1234567893",
        "LX*1",
        "CLP*ACC1*1*150*130*15*12*ICN1*11*1",
        "CAS*CO*45*5",
        "NM1*QC*1*SMITH*JANE",
        "DTM*232*20260110",
        "SVC*HC:99213:25*100*85**1",
        "DTM*472*20260110",
        "CAS*PR*3*10**2*5*1",
        "REF*6R*LINE1",
        "LQ*HE*N130",
        "SVC*HC:85025*50*50**1",
        "CLP*ACC2*4*200*20**12*ICN2",
        "CAS*CO*50*180",
        "PLB*1234567893*20261231*WO:OVER1*25*L6*-5",
        "SE*21*0001",
    ]
)
