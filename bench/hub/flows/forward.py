"""Every message of the EHR goes on to the receiver, in order for each patient."""

from isthmus import flow, forward

ehr = flow("ehr", source="ehr", accepts="hl7v2", owner="integration", lane="PID-3.1", when_parked="wait")


@ehr.on()
def every_message(msg):
    yield forward("out")
