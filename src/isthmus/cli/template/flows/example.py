"""ADT from the EHR: every message goes on to the archive, in order for each patient."""

from isthmus import flow, forward, task

ehr_adt = flow(
    "ehr-adt",
    source="ehr",
    accepts="hl7v2/ADT",
    owner="integration",
    lane="PID-3",  # order holds for each patient: identifier and the authority that gave it
    when_parked="wait",  # behind a message that a person must look at, the same patient's messages wait
)


@ehr_adt.on()
def every_message(msg):
    """Pure: the same message always gives the same. No clock, no network, no files."""
    if not msg["PID-3.1"]:
        yield task("no-patient", owner="integration", text="A message names no patient: ask the sender.")
        return
    yield forward("archive")


ehr_adt.case("an admission goes on", "samples/adt_a01.hl7", expect=["send:archive"])
ehr_adt.case("without a patient a person has to look", "samples/adt_no_patient.hl7", expect=["task:no-patient"])
