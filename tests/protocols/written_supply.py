"""Supply documents in X12 that the tests share: one of each set, which balance."""

from __future__ import annotations

from written_interchanges import interchange

from isthmus.protocols import x12

ORDER = interchange(
    [
        "ST*850*0001",
        "BEG*00*SA*PO-1001**20260302*C-77",
        "CUR*BY*USD",
        "REF*DP*OR-3*SURGERY",
        "PER*BD*J DOE*TE*5551234*EM*buyer(at)hospital.example",
        "SAC*C*D240***1250**********FREIGHT",
        "ITD*01*3*2**10**30",
        "DTM*002*20260309",
        "N9*L1*NOTES",
        "MSG*Deliver to dock 4",
        "N1*BY*GENERAL HOSPITAL*UL*0012345000010",
        "N1*ST*GENERAL HOSPITAL DOCK 4*92*DOCK4",
        "N2*RECEIVING",
        "N3*1 HOSPITAL WAY*BUILDING B",
        "N4*SPRINGFIELD*IL*62701*US",
        "PO1*1*10*BX*42.5*PE*VP*GL-7*BP*4711*UK*10812345000014",
        "PID*F****EXAM GLOVES, LARGE",
        "DTM*002*20260308",
        "PO1*2*300*EA*12*HP*VP*SY-10",
        "REF*IX*LINE2",
        "CTT*2*310",
        "AMT*TT*461",
        "SE*21*0001",
    ],
    kind="PO",
)

ACKNOWLEDGEMENT = interchange(
    [
        "ST*855*0001",
        "BAK*00*AC*PO-1001*20260302****SO-9*20260303",
        "N1*SE*MEDICAL SUPPLY*91*S1",
        "PO1*1*10*BX*42.5*PE*VP*GL-7",
        "ACK*IA*6*BX*068*20260309",
        "ACK*IB*4*BX*068*20260320**VP*GL-8",
        "DTM*017*20260321",
        "PO1*2*300*EA*12*HP*VP*SY-10",
        "ACK*IR*300*EA",
        "CTT*2",
        "SE*11*0001",
    ],
    kind="PR",
)

SHIP_NOTICE = interchange(
    [
        "ST*856*0001",
        "BSN*00*SH-55*20260304*0915*0001",
        "HL*1**S*1",
        "TD1*CTN25*2****G*14.5*LB",
        "TD5**2*UPSN*M*UPS GROUND",
        "REF*BM*BOL-1",
        "REF*CN*1Z999",
        "DTM*011*20260304",
        "N1*ST*GENERAL HOSPITAL*92*DOCK4",
        "HL*2*1*O*1",
        "PRF*PO-1001***20260302",
        "HL*3*2*T*1",
        "MAN*GM*00003456780000000014",
        "HL*4*3*P*1",
        "MAN*AA*003456780000000021",
        "HL*5*4*I*0",
        "LIN*1*VP*GL-7*LT*L0042",
        "SN1*1*6*BX",
        "PID*F****EXAM GLOVES",
        "DTM*036*20290131",
        "HL*6*2*I*0",
        "LIN*2*VP*PACE-1*SN*SN77",
        "SN1*2*1.5*EA",
        "REF*LT*L0043",
        "DTM*208*20280229",
        "CTT*6*21",
        "SE*27*0001",
    ],
    kind="SH",
)

INVOICE = interchange(
    [
        "ST*810*0001",
        "BIG*20260305*INV-9*20260302*PO-1001***DI",
        "CUR*SE*USD",
        "REF*CT*C-77",
        "N1*RE*MEDICAL SUPPLY*91*S1",
        "ITD*01*3*2**10**30",
        "DTM*011*20260304",
        "IT1*1*6*BX*42.5*PE*VP*GL-7",
        "TXI*ST*15.3*6",
        "PID*F****EXAM GLOVES",
        "IT1*2*3*EA*0.335*PE*VP*SY-10",
        "SAC*A*C310***100",
        "TDS*28281*27001",
        "SAC*C*D240***1250*******06***FREIGHT",
        "SAC*A*C310***9900*******15***SAVED",
        "CTT*2*9",
        "SE*17*0001",
    ],
    kind="IN",
)


def one_set(data: bytes, *changes: tuple[str, str]) -> x12.Transaction:
    """The set in `data`, after these replacements."""
    text = data.decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return next(x12.parse(text.encode()).transactions)
