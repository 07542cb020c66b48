"""What a message asks, and whether that is answered. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ...flows.lookup import Lookup, Question
from ...kernel.answer import Answer
from ...kernel.errors import Misuse
from ...kernel.message import Message


class NotAnswered(Misuse):
    """A look-up has no recorded answer to what the flow asks."""


def questions(lookups: Iterable[Lookup], message: Message) -> list[Question]:
    """What the look-ups of a route ask about a message. Raises what `ask` raises."""
    return [asked for one in lookups if (asked := one.maybe_question(message)) is not None]


def missing(asked: Iterable[Question], answers: Iterable[Answer]) -> list[Question]:
    """The questions that no answer is to."""
    known = {(one.lookup, one.asked) for one in answers}
    return [one for one in asked if (one.lookup.name, one.digest) not in known]


def recorded_or_missing(lookups: Iterable[Lookup], message: Message, recorded: Iterable[Answer]) -> tuple[Answer, ...]:
    """The recorded answers to what is asked now. Raises `NotAnswered` when one was not recorded: the flow asks something
    else than it did then."""
    asked, recorded = questions(lookups, message), tuple(recorded)
    unanswered = missing(asked, recorded)
    if unanswered:
        names = ", ".join(one.lookup.name for one in unanswered)
        raise NotAnswered(
            f"no answer is recorded to what the flow asks by {names}: a replay that asks again can have one"
        )
    wanted = {(one.lookup.name, one.digest) for one in asked}
    return tuple(one for one in recorded if (one.lookup, one.asked) in wanted)
