"""What the HL7 v2 codec costs, against python-hl7 and hl7apy in the same run.

    python bench/codec.py [--seconds 1.0]

One round: parse, read ten fields, serialise. The messages are synthetic: an admission of 1 KB, a result of 10 KB. Prints a
Markdown table; the best of several rounds counts, so that what else runs on the machine counts least.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

import hl7
import hl7apy.parser

from isthmus.protocols import hl7v2, mllp

HEAD = "MSH|^~\\&|EHR|GENHOSP|HUB|REGIONAL|20260115093412||{type}|MSG00001|P|2.5.1|||AL|NE"
ADMISSION = [
    HEAD.format(type="ADT^A01^ADT_A01"),
    "EVN|A01|20260115093412|||1234^CLERK^CARLA^^^^^^GENHOSP",
    "PID|1||100234^^^GENHOSP^MR~999-12-3456^^^USSSA^SS||DOE^JOHN^Q^^MR^^L||19700101|M||2106-3^White|12 MAIN ST^^ANYTOWN^NY",
    "PD1|||GENERAL HOSPITAL^^12345|9999^PRIMARY^PAT^^^DR^^^NPI",
    "NK1|1|DOE^JANE^^^^^L|SPO^Spouse^HL70063|12 MAIN ST^^ANYTOWN^NY^12345|^PRN^PH^^1^555^5551234",
    "PV1|1|I|3W^301^A^GENHOSP||||1111^ATTEND^ANNA^^^DR|2222^REFER^RAY^^^DR||MED|||||||||INP|V100234^^^GENHOSP^VN|COM",
    "PV2|||ABDPAIN^Abdominal pain|||||20260115|||||||||||||N",
    "AL1|1|DA|PCN^Penicillin|SV|HIVES",
    "OBX|1|NM|8302-2^Body height^LN||178|cm|||||F",
    "OBX|2|NM|29463-7^Body weight^LN||81.5|kg|||||F",
    "DG1|1||I10^Essential hypertension^I10|||A",
    "GT1|1||DOE^JOHN^^^^^L||12 MAIN ST^^ANYTOWN^NY^12345|^PRN^PH^^1^555^5551234||19700101|M||SEL",
    "IN1|1|PPO^Preferred^PLANS|BC001|BLUE CROSS||||GRP55||||||||DOE^JOHN^^^^^L|SEL|19700101|12 MAIN ST^^ANYTOWN^NY^12345",
]
RESULT = [
    HEAD.format(type="ORU^R01^ORU_R01"),
    *ADMISSION[2:3],
    "PV1|1|I|3W^301^A^GENHOSP",
    "ORC|RE|ORD1^EHR|FIL1^LAB",
    "OBR|1|ORD1^EHR|FIL1^LAB|24323-8^Comprehensive metabolic panel^LN|||20260115090000",
    *(
        f"OBX|{n}|NM|{2300 + n}-7^Analyte {n} in serum or plasma^LN||{n}.5|mg/dL^^UCUM|70-110|N|||F|||20260115091500"
        for n in range(1, 96)
    ),
]
FIELDS = {
    "ADT, 1 KB": "MSH-9.1 MSH-10 EVN-1 PID-3.1 PID-3[2].1 PID-5.1 PID-7 PV1-2 PV1-19.1 IN1-3",
    "ORU, 10 KB": "MSH-9.1 MSH-10 PID-3.1 PID-5.1 PV1-2 ORC-1 OBR-4.1 OBX-5 OBX(50)-5 OBX(95)-3.1",
}


def isthmus_round(data: bytes, paths: list[str]) -> Callable[[], bytes]:
    def once() -> bytes:
        message = hl7v2.parse(data)
        for path in paths:
            message[path]
        return bytes(message)

    return once


def python_hl7_round(text: str, paths: list[str]) -> Callable[[], str]:
    keys = [hl7_key(path) for path in paths]

    def once() -> str:
        message = hl7.parse(text)
        for key in keys:
            message[key]
        return str(message)

    return once


def hl7_key(at: str) -> str:
    """PID-3[2].1 in the spelling of python-hl7: PID.F3.R2.C1, OBX2.F5 for the second OBX."""
    path = hl7v2.path(at)
    segment = path.segment + (str(path.occurrence + 1) if path.occurrence else "")
    return f"{segment}.F{path.field}.R{path.repetition + 1}" + (f".C{path.component + 1}" if path.depth > 2 else "")


def hl7apy_round(text: str, paths: list[hl7v2.Path]) -> Callable[[], str]:
    def once() -> str:
        message = hl7apy.parser.parse_message(text, find_groups=False)
        for path in paths:
            segment = getattr(message, path.segment.lower())[path.occurrence]
            field = getattr(segment, f"{path.segment}_{path.field}".lower())[path.repetition]
            _ = field.children[path.component].to_er7() if path.depth > 2 else field.to_er7()
        return str(message.to_er7())

    return once


def microseconds(once: Callable[[], object], seconds: float) -> float:
    """The best mean of rounds that take about a twentieth of `seconds`."""
    start = time.perf_counter()
    once()
    count = max(1, int(seconds / 20 / (time.perf_counter() - start)))
    best = float("inf")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(count):
            once()
        best = min(best, (time.perf_counter() - start) / count)
    return best * 1e6


def check(text: str, paths: list[str]) -> None:
    """The libraries must read the same values, or the comparison is none."""
    ours, theirs = hl7v2.parse(text.encode()), hl7.parse(text)
    for path in paths:
        value = ours[path]
        if not value or str(theirs[hl7_key(path)]).split("^")[0] != value:
            raise SystemExit(f"{path} reads differently or as nothing")


def compare(seconds: float) -> None:
    print("| parse, read ten fields, serialise | isthmus | python-hl7 | hl7apy |")
    print("|---|--:|--:|--:|")
    for (name, fields), segments in zip(FIELDS.items(), (ADMISSION, RESULT), strict=True):
        text = "\r".join(segments) + "\r"
        paths = fields.split()
        check(text, paths)
        rounds = (
            isthmus_round(text.encode(), paths),
            python_hl7_round(text, paths),
            hl7apy_round(text, [hl7v2.path(path) for path in paths]),
        )
        ours, theirs, other = (microseconds(once, seconds) for once in rounds)
        row = f"{ours:.1f} µs | {theirs:,.0f} µs ({theirs / ours:,.0f} ×) | {other:,.0f} µs ({other / ours:,.0f} ×)"
        print(f"| {name} ({len(text):,} bytes) | {row} |")


def detail(seconds: float) -> None:
    data = ("\r".join(ADMISSION) + "\r").encode()
    message, framed, decoder = hl7v2.parse(data), mllp.frame(data), mllp.Decoder()
    at = datetime(2026, 1, 15, tzinfo=UTC)
    answer = hl7v2.ack(message, at=at, control_id="H1")
    parts: dict[str, Callable[[], object]] = {
        "parse": lambda: hl7v2.parse(data),
        "type and control id for routing": lambda: (message.type, message.field_bytes(b"MSH", 10)),
        "one component by path": lambda: message["PID-5.1"],
        "one component by identifier type": lambda: message["PID-3[MR].1"],
        "acknowledgement written": lambda: hl7v2.ack(message, at=at, control_id="H1"),
        "acknowledgement read": lambda: hl7v2.read_ack(answer),
        "MLLP: one frame decoded": lambda: decoder.feed(framed),
    }
    print("\n| part, ADT of 1 KB | isthmus |\n|---|--:|")
    for name, once in parts.items():
        print(f"| {name} | {microseconds(once, seconds / 4):.2f} µs |")


def main() -> None:
    options = argparse.ArgumentParser(description="Cost of the HL7 v2 codec against public libraries.")
    options.add_argument("--seconds", type=float, default=1.0, help="time for each figure")
    seconds = options.parse_args().seconds
    compare(seconds)
    detail(seconds)
    print(f"\nPython {platform.python_version()}, python-hl7 {version('hl7')}, hl7apy {version('hl7apy')}, one core.")


if __name__ == "__main__":
    main()
