"""Runs the cases of a hub's flows: sample in, what the flow makes of it out. Pure: no journal, no clock, no network.

What came out is written as a case's `expect` names it:

    EncounterDischarged     a canonical event or document, by its type
    send:NAME               a dispatch to a system
    task:NAME               something for a person

A sample with several messages gives what follows from all of them, in order. Flows that work files off piece by piece have
cases of their own kind: `piece_cases`. Look-ups are answered by the case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import msgspec

from ..flows import Case, Flow
from ..flows.dispatch import WORKLIST
from ..kernel.answer import Answer
from ..kernel.errors import IsthmusError, Misuse, PeerFault
from ..kernel.message import Dispatch, Message
from ..model import CATALOGUE
from ..model.event import Document
from ..protocols import hl7v2
from .formats import reader
from .loader import Declarations
from .lookups import questions
from .piece_cases import Outcome, differences, told, wanted, worked_off
from .pieces import Piece
from .plan import Plan, cause_of, in_words
from .settings import Settings
from .tables import put_samples

CASE_TIME_NS = 1_767_225_600_000_000_000
"""Every case is received on 2026-01-01T00:00Z, so that it gives the same each time."""


class CaseResult(msgspec.Struct, frozen=True):
    """ok; got: what came out; why: what is wrong with it, in words."""

    flow: str
    case: str
    sample: str
    ok: bool
    expected: list[str] | None
    got: list[str]
    why: str = ""


def run_cases(settings: Settings, declarations: Declarations, flows: Iterable[str] = ()) -> list[CaseResult]:
    """Every case of every flow, or of the flows named. Raises `Misuse` for a flow that is not there."""
    wanted = set(flows)
    known = {flow.name for flow in declarations.flows}
    if wanted - known:
        raise Misuse(f"there is no flow {', '.join(sorted(wanted - known))}: the hub has {', '.join(sorted(known))}")
    put_samples(settings.folder, declarations.tables)
    plan = Plan(
        declarations.flows,
        declarations.processes,
        settings.destinations,
        CATALOGUE,
        _stand_in_mac,
        {},
        declarations.tables,
    )
    return [
        run_case(settings, plan, flow, case)
        for flow in declarations.flows
        if not wanted or flow.name in wanted
        for case in flow.cases
    ]


def run_case(settings: Settings, plan: Plan, flow: Flow, case: Case) -> CaseResult:
    if flow.each:
        return run_piece_case(settings, plan, flow, case)
    got: list[str] = []
    cause: IsthmusError | None = None
    try:
        for message in samples(settings, flow, case):
            message.answers = tuple(answers(settings, flow, case, message))
            got.extend(decided(plan, flow, message))
    except Misuse as error:
        cause = error
    except Exception as error:
        cause = cause_of(error)
    expected = None if case.expect is None else list(case.expect)
    why = _why(case, got, cause)
    return CaseResult(flow.name, case.name, case.sample, not why, expected, got, why)


def run_piece_case(settings: Settings, plan: Plan, flow: Flow, case: Case) -> CaseResult:
    endpoint = settings.sources.get(flow.source)
    facility = endpoint.shared.facility if endpoint else ""

    def message(piece: Piece) -> Message:
        return Message(
            1, flow.source, CASE_TIME_NS, piece.body, piece.content, piece.type, f"case#{piece.number}", facility
        )

    try:
        data = sample_of(settings, case)
        _require_taken(flow, reader(flow.format, [flow])(data).type)
        found = worked_off(flow, data, partial(decided, plan, flow), message)
    except PeerFault as fault:
        found = Outcome([], {}, 0, Misuse(f"the source would refuse this sample: {fault}"))
    except Misuse as error:
        found = Outcome([], {}, 0, error)
    why = _why(case, found.got, found.cause) if found.cause or case.parks is not None else differences(case, found)
    expected = None if case.expect is None else wanted(case)
    return CaseResult(flow.name, case.name, case.sample, not why, expected, told(case, found), why)


def _why(case: Case, got: list[str], cause: IsthmusError | None) -> str:
    words = "" if cause is None else f"{cause.code}: {in_words(cause)}"
    detail = f" ({cause.detail})" if cause is not None and cause.detail else ""
    if case.parks is not None:
        if not words:
            return f"it should be parked with {case.parks!r}, and was decided"
        return "" if case.parks in words else f"it should be parked with {case.parks!r}, and was with {words}"
    if words:
        return f"it cannot be decided: {words}{detail}"
    return "" if case.expect is None or list(case.expect) == got else "something else came out"


def sample_of(settings: Settings, case: Case) -> bytes:
    path = settings.folder / case.sample
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misuse(f"the sample {path} cannot be read: {error.strerror}") from None


def samples(settings: Settings, flow: Flow, case: Case) -> list[Message]:
    """The messages of a case's sample as the hub would read them. Raises `Misuse` when it cannot be read."""
    data = sample_of(settings, case)
    endpoint = settings.sources.get(flow.source)
    format = endpoint.shared.format if endpoint else flow.format
    facility = endpoint.shared.facility if endpoint else ""
    bodies = hl7v2.split_batch(data).messages if format == "hl7v2" else [data]
    if not bodies:
        raise Misuse(f"the sample {settings.folder / case.sample} holds no message: one starts with MSH")
    return [_message(flow, format, facility, number, body) for number, body in enumerate(bodies, 1)]


def answers(settings: Settings, flow: Flow, case: Case, message: Message) -> Iterator[Answer]:
    """What a case answers to what is asked about a message. Raises `Misuse` for an answer that it does not give."""
    for asked in questions(flow.lookups(message.type), message):
        name = asked.lookup.name
        given = case.answers.get(name)
        if given is None:
            raise Misuse(f"the look-up {name} is asked, and the case has no answer: give answers={{{name!r}: ...}}")
        yield Answer(
            name, "given", CASE_TIME_NS, asked.digest, _held(settings, given) if isinstance(given, str) else given
        )


def _held(settings: Settings, file: str) -> bytes:
    path = settings.folder / file
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misuse(f"the answer {path} cannot be read: {error.strerror}") from None


def _message(flow: Flow, format: str, facility: str, number: int, raw: bytes) -> Message:
    try:
        read = reader(format, [flow])(raw)
    except PeerFault as fault:
        raise Misuse(f"the source would refuse this sample: {fault}") from None
    _require_taken(flow, read.type)
    control_id = read.control.decode("latin-1")
    return Message(number, flow.source, CASE_TIME_NS, raw, read.content, read.type, control_id, facility)


def _require_taken(flow: Flow, type: str) -> None:
    if not flow.takes(type):
        raise Misuse(f"the flow accepts {flow.accepts}, and this is {type or 'without a type'}")


def decided(plan: Plan, flow: Flow, message: Message) -> list[str]:
    """What one flow makes of one message. Raises what the flow raises, and `Misuse` for what leads nowhere."""
    handler = flow.handler(message.type)
    found: list[str] = []
    for one in (handler(message) if handler else None) or ():
        if isinstance(one, Document):
            plan.publish(one, (b"",), True)
        elif isinstance(one, Dispatch):
            plan.entry(one, (b"",), message.raw, True, len(found), message)
        else:
            raise Misuse(f"the flow yielded a {type(one).__name__}: yield an event, send, forward or task")
        found.append(name_of(one))
    return found


def name_of(one: Any) -> str:
    """How a case names what came out."""
    if isinstance(one, Dispatch):
        return f"task:{one.name}" if one.to == WORKLIST else f"send:{one.to}"
    return type(one).__name__


def _stand_in_mac(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=16).digest()
