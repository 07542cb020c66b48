"""Small messages for the mapping tests, and a way to get a kernel message from them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from isthmus.kernel import Message
from isthmus.mappings import Site
from isthmus.protocols import hl7v2

SITE = Site(zones={"MAIN": ZoneInfo("America/Chicago"), "EAST": ZoneInfo("America/New_York")})
RECEIVED = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # 22:30 on 2 March in Chicago


def changed(segment, **fields):
    """The segment with fields replaced: `changed(FT1, f11="x")`."""
    parts = segment.split("|")
    for name, value in fields.items():
        number = int(name[1:])
        parts += [""] * (number + 1 - len(parts))
        parts[number] = value
    return "|".join(parts)


MSH = r"MSH|^~\&|EHR|MAIN|ISTHMUS|MAIN|20260302120000||{type}|C1|P|2.5.1"
EVN = "EVN|{event}|20260302120000||||20260302113000"
PID = changed("PID", f1="1", f3="9^^^STATE^DL~M1^^^MAIN^MR", f5=r"M\T\S^Zoe", f7="19531017", f8="F", f18="A1^^^MAIN^AN")
PV1 = changed(
    "PV1", f1="1", f2="I", f3="MED^204^A", f19="V1^^^MAIN", f20="MCR", f36="01", f44="20260301080000",
    f45="20260302110000",
)  # fmt: skip
FT1 = changed(
    "FT1", f1="1", f2="T1", f4="20260302101500", f5="20260302", f6="CG", f7="85025^Blood count^CDM", f10="3",
    f11="95.70&USD", f12="31.90&USD", f13="LAB^Laboratory",
)  # fmt: skip


def message(*segments, type="ADT^A03", number=7):
    """A kernel message of these segments, headed by MSH."""
    raw = "\r".join((MSH.format(type=type), *segments, "")).encode()
    return Message(number, "ehr", int(RECEIVED.timestamp() * 1e9), raw, hl7v2.parse(raw))


def adt(type="ADT^A03", evn=None, pid=PID, pv1=PV1):
    return message(evn or EVN.format(event=type[-3:]), pid, pv1, type=type)


def dft(*ft1, pid=PID, pv1=PV1):
    return message(EVN.format(event="P03"), pid, pv1, *ft1, type="DFT^P03")
