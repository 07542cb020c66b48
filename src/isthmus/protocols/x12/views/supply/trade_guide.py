"""The loops of 850, 855, 856 and 810 (004010 and 005010), as tables.

The standard's own structure, which the trading partners' guides narrow: both versions in one, because a segment that only one
of them has cannot stand for another in the other. Loops that no value is read from are here so that their segments do not
land in their neighbour.
"""

from __future__ import annotations

from ...loops import loop

_ADDRESS = "N2 IN2 NX2 N3 N4 NX4 REF PER SI FOB TD1 TD5 TD3 TD4 PKG DMG"
_PARTY = loop("N1", "N1", _ADDRESS)
# Of a line, a party may have dates and quantities of its own; of a head, a DTM behind N1 is the document's (810).
_LINE_PARTY = loop("N1", "N1", f"{_ADDRESS} DTM QTY MSG", loop("SCH", "SCH", "TD1 TD5 TD3 TD4 REF"))
_NOTE = loop("N9", "N9", "DTM MSG MEA PWK EFI")
_ALLOWANCE = loop("SAC", "SAC", "CUR TXI CTP PCT")
_PRODUCT = loop("PID", "PID", "MEA")
_HEADER = (
    "ST CUR REF PER TAX FOB CTP PAM CSH ITD DIS INC DTM LIN SI MEA PWK PKG TD1 TD5 TD3 TD4 MAN PCT CTB TXI NTE YNQ SE"
)
_ITEM = (
    "LIN SI CUR CN1 PO3 CTP PAM MEA PWK PO4 REF PER IT3 IT8 CSH ITD DIS INC TAX FOB SDQ DTM TC2 TD1 TD5 TD3 TD4"
    " PCT MAN MSG SPI TXI CTB CRC CAD L7 SR YNQ V1 V2 FA1 FA2"
)
_SUBLINE = loop(
    "SLN",
    "SLN",
    "MSG SI PID PO3 TC2 ADV DTM CTP PAM PO4 TAX REF SAC TXI QTY TD1 TD5",
    loop("N1", "N1", "N2 IN2 N3 N4 REF PER SI DTM"),
)
_SCHEDULE = loop("SCH", "SCH", "TD1 TD5 TD3 TD4 REF")
_QUANTITY = loop("QTY", "QTY", "SI MEA LM LQ")
_LEAD_TIME = loop("LDT", "LDT", "QTY MSG REF LM LQ")
_MONEY = loop("AMT", "AMT", "REF PCT DTM")
_TOTALS = loop("CTT", "CTT", "AMT")
_INNER = (_ALLOWANCE, _PRODUCT, _NOTE, _LINE_PARTY, _SUBLINE, _SCHEDULE, _QUANTITY, _LEAD_TIME, _MONEY)
_OUTER = (_NOTE, _PARTY, _ALLOWANCE, _PRODUCT, _MONEY, _TOTALS)

ORDER = loop("850", "ST", f"{_HEADER} BEG LS LE", *_OUTER, loop("PO1", "PO1", _ITEM, *_INNER))
ACKNOWLEDGEMENT = loop(
    "855",
    "ST",
    f"{_HEADER} BAK LS LE",
    *_OUTER,
    loop("PO1", "PO1", _ITEM, loop("ACK", "ACK", "DTM CTP"), *_INNER),
)
INVOICE = loop(
    "810",
    "ST",
    f"{_HEADER} BIG BAL LM LQ V1 FA1 FA2 TDS CAD L7",
    *_OUTER,
    loop("ISS", "ISS", "PID"),
    loop("IT1", "IT1", _ITEM, *_INNER),
)
SHIP_NOTICE = loop(
    "856",
    "ST",
    "ST BSN DTM SE",
    _TOTALS,
    loop(
        "HL",
        "HL",
        "LIN SN1 SLN PRF PO4 PID MEA PWK PKG TD1 TD5 TD3 TD4 TSD REF PER CLD DTP MAN DTM FOB PAL SDQ ETD CUR ITD GF YNQ"
        " LM LQ V1 R4 LS LE CUR E1 E4 E5 E6 AMT QTY",
        loop("N1", "N1", "N2 N3 N4 REF PER FOB DTM"),
        _ALLOWANCE,
        _LEAD_TIME,
    ),
)
