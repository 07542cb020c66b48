"""MFK: the application acknowledgement of a master file notification, with an MFA for each record (HL7 v2 §8.5).

    MSH  MFK^M04^MFK_M01       MSA  AA, AE when a record was refused       MFI  as it was received       MFA  one a record

It answers for what the hub read: a record that its table refuses later is parked with the hub, and the hub's to mend.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ...protocols import hl7v2
from .notification import RecordRefused

ALWAYS, NEVER, ERRORS, SUCCESS = "AL", "NE", "ER", "SU"
"""HL7 table 0179, MFI-6: for which records the sender wants an MFA."""


def acknowledgement(
    notified: hl7v2.Message, refused: Sequence[RecordRefused] = (), *, at: datetime, control_id: str
) -> bytes | None:
    """The MFK, None where MFI-6 asks for none. `control_id`: its own MSH-10; sending it is a connector's business."""
    level = notified["MFI-6"] or ALWAYS
    if level == NEVER:
        return None
    errors = [hl7v2.AckError("207", str(one.error), f"MFE({one.number})") for one in refused]
    code = "AE" if refused else "AA"
    answer = hl7v2.parse(hl7v2.ack(notified, code, at=at, control_id=control_id, errors=errors))
    structure = ["MFK_M01"] if answer["MSH-9.3"] else []
    answer["MSH-9"] = ["MFK", *([answer["MSH-9.2"]] if answer["MSH-9.2"] else []), *structure]
    answer.add_segment("MFI", [notified.encoded(f"MFI-{number}") for number in range(1, 7)])
    wrong = {one.number for one in refused}
    for number, entry in enumerate(notified.segments("MFE"), 1):
        if level == ALWAYS or (level == ERRORS) == (number in wrong):
            said = "U" if number in wrong else "S"
            stamp = hl7v2.write_timestamp(at)
            answer.add_segment("MFA", [entry["1"], entry["2"], stamp, said, entry.encoded("4"), entry.encoded("5")])
    return bytes(answer)
