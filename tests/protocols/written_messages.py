"""Messages written for these tests."""

from __future__ import annotations

ADMIT = (
    b"MSH|^~\\&|EHR|GENHOSP|HUB|REGIONAL|20260115093412||ADT^A01^ADT_A01|MSG00001|P|2.5.1|||AL|NE\r"
    b"EVN|A01|20260115093412\r"
    b"PID|1||100234^^^GENHOSP&1.2.3&ISO^MR~999-12-3456^^^USSSA^SS~A7^^^GENHOSP&1.2.3&ISO^AN||"
    b'DOE^JOHN^Q~ROE^JON^^^^^A||19700101|M|||||^PRN^PH^^1^555^5551234~^WPN^PH^^1^555^5559876||""|""^ignored||\r'
    b"PV1|1|I|3W^301^A\r"
    b"FT1|1|||20260115||CG|CDM100|||2|10.50&USD\r"
    b"PR1|1||99213\r"
    b"FT1|2|||20260115||CD|CDM200|||1|7.25&USD\r"
    b"ZPI\r"
    b"NTE|1||Smith \\T\\ Sons \\F\\ A\\S\\B \\R\\ C:\\E\\dir\r"
)
"""Null fields, repetitions, sub-components, escapes, two FT1 with a PR1 between, a segment without fields."""


def message(
    *segments: bytes, head: bytes = b"MSH|^~\\&|A|B|C|D|20260115||ADT^A01|1|P|2.5.1", charset: bytes = b""
) -> bytes:
    """A message of these segments; `charset` goes into MSH-18."""
    if charset:
        head += b"||||||" + charset
    return b"".join(segment + b"\r" for segment in (head, *segments))
