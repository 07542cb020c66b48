"""Whatever bytes are parsed, the validator raises nothing, says nothing of what they hold, and comes to an end."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from test_x12_snip_situations import written
from written_claims import VERSIONS
from written_guides import GUIDE, RIGHT, transaction

from isthmus.flows.x12_guides import x12_code_lists, x12_guide_of
from isthmus.protocols import x12
from isthmus.protocols.x12 import snip

DOCUMENTS = [written(document) for document in VERSIONS]
SOURCES = [
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260115*0934*^*00501*000000001*0*T*:~"
    + bytes(one.group_header)
    + bytes(one)
    + b"GE*1*1~IEA*1*000000001~"
    for one in (*DOCUMENTS, transaction(*RIGHT))
    if one.group_header
]
TAGS = sorted({segment.tag for one in DOCUMENTS for segment in one.segments})
CANARY = b"QZXCANARYQZX"


def exercise(data: bytes) -> None:
    try:
        read = x12.parse(data)
    except x12.ParseError:
        return
    for interchange in read:
        for group in interchange.groups:
            reports = [exercise_set(one) for one in group.transactions]
            answer = x12.judge_group(group, read.findings, snip.group_errors(group, reports, levels=range(1, 6)))
            assert len(answer.sets) == len(reports)


def exercise_set(one: x12.Transaction) -> snip.Report:
    report = snip.validate(one, guide=x12_guide_of(one), code_sets=x12_code_lists())
    snip.validate(one, guide=GUIDE)
    snip.validate(one)
    lines = "\n".join(report.lines())
    assert CANARY.decode() not in lines + repr(report) + repr(report.checked)
    assert [issue.place.position for issue in report.issues] == sorted(issue.place.position for issue in report.issues)
    snip.segment_errors(report, one, levels=range(1, 6), values=True)
    return report


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SOURCES), st.integers(106, 1500), st.integers(0, 60), st.binary(max_size=20))
def test_a_document_with_bytes_replaced(source: bytes, at: int, length: int, new: bytes) -> None:
    exercise(source[:at] + new + source[at + length :])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SOURCES),
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from(["swap", "drop", "double", "rename"])),
        max_size=6,
    ),
    st.sampled_from(TAGS),
)
def test_a_document_with_segments_moved_dropped_doubled_and_renamed(
    source: bytes, edits: list[tuple[int, int, str]], tag: str
) -> None:
    segments = source.split(b"~")[:-1]
    for one, other, edit in edits:
        a, b = 1 + one % (len(segments) - 1), 1 + other % (len(segments) - 1)
        if edit == "swap":
            segments[a], segments[b] = segments[b], segments[a]
        elif edit == "drop" and len(segments) > 2:
            del segments[a]
        elif edit == "double":
            segments.insert(a, segments[b])
        else:
            segments[a] = b"*".join([tag.encode(), *segments[a].split(b"*")[1:]])
    exercise(b"~".join(segments) + b"~")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(SOURCES),
    st.integers(0, 200),
    st.sampled_from([b"", b":", b"^", b"::::", b"^^", b"*" * 120, b"9" * 5000, b"\xff", b"-"]),
)
def test_a_document_with_one_element_replaced_by_a_canary(source: bytes, which: int, more: bytes) -> None:
    head, *elements = source.split(b"*")
    number = 16 + which % (len(elements) - 16)
    tail = b"~" + elements[number].partition(b"~")[2] if b"~" in elements[number] else b""
    elements[number] = CANARY + more + tail
    exercise(b"*".join([head, *elements]))


def test_a_set_of_nothing_but_its_header() -> None:
    for text in ("ST", "ST*837", "ST*835*1*005010X221A1", "ST**"):
        exercise_set(transaction(text))
