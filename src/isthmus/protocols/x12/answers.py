"""What an acknowledgement says: TA1 of an interchange, 999 and 997 of a functional group, its sets, segments and elements.

The codes are the standard's: TA104 A E R, TA105 (element I18), AK901 and IK501 A E P R …, AK905 (element 716), IK502 (718), IK304
(720 and 620), IK403 (723 and 621). A 999 and a 997 say the same with other segments: IK3, IK4, CTX, IK5 for AK3, AK4, AK5.
"""

from __future__ import annotations

from typing import NamedTuple

SITUATIONAL_TRIGGER = "SITUATIONAL TRIGGER"
"""CTX01 of a context that is a Trigger."""


class InterchangeAnswer(NamedTuple):
    """TA1. `control_number`, `date` and `time` are ISA13, ISA09 and ISA10 of what is answered; `note` is 000 for no error."""

    control_number: str
    date: str
    time: str
    code: str
    note: str = "000"

    @property
    def accepted(self) -> bool:
        return self.code in ("A", "E")


class Trigger(NamedTuple):
    """CTX*SITUATIONAL TRIGGER: the segment and element because of which a situational rule of the guide applied."""

    tag: str
    position: int
    loop: str = ""
    element: int = 0
    component: int = 0
    repetition: int = 0
    reference: str = ""


class ElementError(NamedTuple):
    """IK4 or AK4. `value` is a copy of the bad value: it may be about a patient."""

    element: int
    code: str
    component: int = 0
    repetition: int = 0
    reference: str = ""
    value: str = ""
    triggers: tuple[Trigger, ...] = ()


class SegmentError(NamedTuple):
    """IK3 or AK3. `position` counts from ST, which is 1; `context` holds CTX01, such as ("CLM01", "ACC1").

    CTX of an element error, other than triggers, is kept with its segment.
    """

    tag: str
    position: int
    code: str
    loop: str = ""
    elements: tuple[ElementError, ...] = ()
    context: tuple[tuple[str, ...], ...] = ()
    triggers: tuple[Trigger, ...] = ()


class SetAnswer(NamedTuple):
    """AK2 to IK5 or AK5: A accepted, E accepted with errors, R, M, W, X rejected."""

    type: str
    control_number: str
    code: str
    errors: tuple[str, ...] = ()
    segments: tuple[SegmentError, ...] = ()
    version: str = ""

    @property
    def accepted(self) -> bool:
        return self.code in ("A", "E")


class GroupAnswer(NamedTuple):
    """AK1 to AK9: A, E accepted, P accepted in part, R, M, W, X rejected. The counts are AK902 to AK904."""

    functional_id: str
    control_number: str
    code: str
    included: int
    received: int
    accepted: int
    errors: tuple[str, ...] = ()
    sets: tuple[SetAnswer, ...] = ()
    version: str = ""
