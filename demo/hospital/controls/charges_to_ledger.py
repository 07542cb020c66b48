"""C0: what the EHR says it charged = what the hub took and posted = what the ERP's own books moved, to the cent."""

from isthmus.packs import revenue
from isthmus.reconcile import CHARGES_TO_LEDGER, totals_for


@totals_for(CHARGES_TO_LEDGER)
def charges_to_ledger(sides, day):
    return revenue.totals(
        register=revenue.register_of(sides.memories("day-end-register"), day),
        ledger=sides.movement("erp", day),
        seen=sides.deliveries("process:charge", "process:revenue-batch", "erp"),
        memories=sides.memories("charge", "revenue-batch"),
        unread=sides.undecided("DFT"),
    )
