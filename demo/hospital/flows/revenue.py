"""From charges to posted revenue: finance's tables, and how long a batch waits before it becomes an entry.

A demo's day passes in a minute, so a batch closes after seconds and an account is held for seconds after its discharge;
a hospital says `wait_s=900` and `bill_hold_h=72`.
"""

from isthmus.packs import revenue
from isthmus.packs.revenue import AccountPolicy, BatchPolicy, Crosswalk

departments, payers, companies = revenue.reference_tables()

identity, account, charge, batch = revenue.processes(
    Crosswalk(departments, payers, companies),
    batches=BatchPolicy(erp="erp", charges_max=60, wait_s=3),
    accounts=AccountPolicy(bill_hold_h=10 / 3600),
)
