"""A small guide in the XML of pyx12's maps, invented: a set ORD with a header, parties, items, a total; and its lists."""

from __future__ import annotations

from isthmus.protocols import x12
from isthmus.protocols.x12 import snip

ELEMENTS = b"""<?xml version="1.0"?>
<data_elements>
  <data_ele ele_num="143" data_type="ID" min_len="3" max_len="3" name="Set"/>
  <data_ele ele_num="329" data_type="AN" min_len="4" max_len="9" name="Control Number"/>
  <data_ele ele_num="67" data_type="AN" min_len="2" max_len="8" name="Identifier"/>
  <data_ele ele_num="98" data_type="ID" min_len="2" max_len="3" name="Role"/>
  <data_ele ele_num="156" data_type="ID" min_len="2" max_len="2" name="State"/>
  <data_ele ele_num="373" data_type="DT" min_len="8" max_len="8" name="Date"/>
  <data_ele ele_num="337" data_type="TM" min_len="4" max_len="8" name="Time"/>
  <data_ele ele_num="380" data_type="R" min_len="1" max_len="6" name="Quantity"/>
  <data_ele ele_num="554" data_type="N0" min_len="1" max_len="3" name="Number"/>
  <data_ele ele_num="235" data_type="ID" min_len="2" max_len="2" name="Qualifier"/>
  <data_ele ele_num="234" data_type="AN" min_len="1" max_len="10" name="Product"/>
  <data_ele ele_num="1250" data_type="ID" min_len="2" max_len="3" name="Format"/>
  <data_ele ele_num="1251" data_type="AN" min_len="1" max_len="35" name="Period"/>
</data_elements>"""

CODES = b"""<codesets><codeset><id>states</id><version><code>OH</code><code>NY</code></version></codeset>
<codeset><id>remark_code</id><version><code>N1</code></version></codeset></codesets>"""


def _element(number: str, reference: str, usage: str, name: str, codes: str = "", more: str = "") -> str:
    said = "".join(f"<code>{code}</code>" for code in codes.split())
    valid = f"<valid_codes{more}>{said}</valid_codes>" if said or more else ""
    return f'<element data_ele="{reference}" usage="{usage}" seq="{number}" name="{name}">{valid}</element>'


def _segment(tag: str, position: str, usage: str, most: str, *inside: str) -> str:
    return f'<segment xid="{tag}" usage="{usage}" pos="{position}" max_use="{most}" name="{tag} segment">{"".join(inside)}</segment>'


_PRODUCT = (
    '<composite data_ele="C003" usage="R" seq="01" name="Product"><syntax>C0302</syntax>'
    + _element("01", "235", "R", "Qualifier", "UP VN")
    + _element("02", "234", "S", "Product")
    + _element("03", "234", "S", "Variant")
    + "</composite>"
)
_ITEM = f"""<loop xid="2000" pos="020" usage="R" repeat="2" name="Item">
{_segment("LIN", "010", "R", "1", _PRODUCT, _element("02", "380", "R", "Quantity"), _element("03", "554", "N", "Old number"))}
{_segment("DTP", "020", "S", "1", _element("01", "235", "R", "Kind", "10"), _element("02", "1250", "R", "Format", "D8 RD8"), _element("03", "1251", "R", "Period"))}
{_segment("DTP", "020", "S", "2", _element("01", "235", "R", "Kind", "11 12"), _element("02", "1250", "R", "Format", "D8 RD8"), _element("03", "1251", "R", "Period"))}
{_segment("OLD", "030", "N", "1", _element("01", "234", "S", "Text"))}
<loop xid="2100" pos="040" usage="S" repeat="&gt;1" name="Note">
{_segment("NTE", "010", "R", "1", _element("01", "234", "R", "Text"))}</loop>
</loop>"""
_PARTY = f"""<loop xid="1000" pos="015" usage="R" repeat="1" name="Party">
{_segment("N1", "010", "R", "1", _element("01", "98", "R", "Role", "BY"), _element("02", "67", "S", "Identifier"))}
{_segment("N4", "020", "R", "1", _element("01", "156", "S", "State", "", ' external="states"'))}
</loop>"""

MAP = f"""<?xml version="1.0"?>
<transaction xid="ORD"><name>An invented order</name>
<loop xid="ISA_LOOP" type="explicit" pos="001" usage="R" repeat="&gt;1" name="Interchange">
<loop xid="ST_LOOP" type="explicit" pos="020" usage="R" repeat="&gt;1" name="Set">
{_segment("ST", "010", "R", "1", _element("01", "143", "R", "Set", "850"), _element("02", "329", "R", "Control Number"))}
<loop xid="HEADER" type="wrapper" pos="011" usage="R" repeat="1" name="Header">
{_segment("BEG", "010", "R", "1", "<syntax>P0304</syntax><syntax>E0203</syntax>", _element("01", "67", "R", "Identifier"), _element("02", "373", "S", "Date"), _element("03", "373", "S", "Other date"), _element("04", "337", "S", "Time"), '<element data_ele="98" usage="S" seq="05" name="Roles" repeat="2"><valid_codes><code>AA</code><code>BB</code></valid_codes></element>')}
{_PARTY}</loop>
<loop xid="DETAIL" type="wrapper" pos="012" usage="S" repeat="&gt;1" name="Detail">{_ITEM}</loop>
<loop xid="FOOTER" type="wrapper" pos="013" usage="N" repeat="1" name="Footer"></loop>
{_segment("SE", "030", "R", "1", _element("01", "554", "R", "Count"), _element("02", "329", "R", "Control Number"))}
</loop></loop></transaction>""".encode()

GUIDE = snip.read_map(MAP, snip.read_elements(ELEMENTS), name="004010ORD", source="written by us")

RIGHT = (
    "ST*850*0001",
    "BEG*AB12*20260110**",
    "N1*BY*HOSP1",
    "N4*OH",
    "LIN*UP:12345*2.5",
    "DTP*11*D8*20260110",
    "DTP*10*RD8*20260110-20260112",
    "NTE*fragile",
    "NTE*cold",
    "LIN*VN*1",
    "SE*11*0001",
)


def transaction(*segments: str, version: str = "004010ORD", isa: str = "00501", kind: str = "PO") -> x12.Transaction:
    """A transaction set in envelopes whose separators are * : ^ ~."""
    eleventh = "^" if isa >= "00402" else "U"
    head = f"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260115*0934*{eleventh}*{isa}*000000001*0*T*:~"
    group = f"GS*{kind}*SENDER*RECEIVER*20260115*0934*1*X*{version}~"
    text = head + group + "".join(one + "~" for one in segments) + "GE*1*1~IEA*1*000000001~"
    return next(x12.parse(text.encode()).transactions)


def changed(segments: tuple[str, ...], at: str, *new: str) -> tuple[str, ...]:
    """The first segment that begins with `at` is replaced by others, or left out."""
    number = next(number for number, one in enumerate(segments) if one.startswith(at))
    return (*segments[:number], *new, *segments[number + 1 :])


def said(report: snip.Report) -> list[tuple[str, str, int, int, str]]:
    """Rule, segment, position, element and code of each issue."""
    return [(one.rule, one.place.tag, one.place.position, one.place.element, one.code) for one in report.issues]
