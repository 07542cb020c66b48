"""What the EHR says: stays and mergers go to the processes and to radiology, charges go to the books."""

from zoneinfo import ZoneInfo

from isthmus import flow, forward
from isthmus.mappings import Site, adt, dft

SITE = Site(zones={"MAIN": ZoneInfo("America/Chicago"), "EAST": ZoneInfo("America/New_York")}, amount="11.1.1")

ehr_adt = flow(
    "ehr-adt",
    source="ehr",
    accepts="hl7v2/ADT",
    owner="patient-access",
    lane=("PID-3[MR]", "MRG-1[MR]"),  # a merge keeps the order of both records
    when_parked="wait",
)


@ehr_adt.on(*adt.EVENTS)
def stay(msg):
    yield adt.EVENTS[msg.type](msg, SITE)
    yield forward("radiology")


@ehr_adt.on("ADT^A40")
def merged(msg):
    yield from adt.patients_merged(msg, SITE)
    yield forward("radiology")


ehr_dft = flow(
    "ehr-dft",
    source="ehr",
    accepts="hl7v2/DFT",
    owner="finance",
    lane="PID-3[MR]",
    when_parked="wait",
)


@ehr_dft.on("DFT^P03")
def charged(msg):
    yield from dft.charges(msg, SITE)


ehr_adt.case("an admission", "samples/adt_a01.hl7", expect=["EncounterAdmitted", "send:radiology"])
ehr_adt.case("a discharge", "samples/adt_a03.hl7", expect=["EncounterDischarged", "send:radiology"])
ehr_adt.case("a cancelled discharge", "samples/adt_a13.hl7", expect=["DischargeCancelled", "send:radiology"])
ehr_adt.case("a merge", "samples/adt_a40.hl7", expect=["PatientsMerged", "send:radiology"])
ehr_dft.case("a charge and a payment", "samples/dft_p03.hl7", expect=["ChargePosted", "ChargePosted"])
ehr_dft.case("a charge without an amount", "samples/dft_p03_no_amount.hl7", parks="FT1-11.1.1 is empty")
