"""The EHR's own account of its day, kept for control C0."""

from isthmus import ALL, flow
from isthmus.mappings.register import day_end_register
from isthmus.packs import revenue

registers = revenue.day_end_registers()

day_end = flow("day-end", source="day-end", accepts="raw", owner="finance", lane=ALL, when_parked="go_on")


@day_end.on()
def register(msg):
    yield day_end_register(msg)


day_end.case("a register", "samples/register.csv", expect=["DayEndRegister"])
day_end.case("a register that was cut off", "samples/register_cut_off.csv", parks="trailer")
