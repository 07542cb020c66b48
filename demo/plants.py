"""Faults that are planted on request, to show that the demo notices them.

amount-from-ft1-12   before the day: the mapping reads the unit amount (FT1-12) for the extended one (FT1-11)
drop-delivery        after the day: a delivery's row is deleted from the hub's journal by hand
alter-erp-line       after the day: a posted line is altered in the ERP's database by hand
"""

from __future__ import annotations

from collections.abc import Callable

import apsw
from stage import Stage

ALTER = """UPDATE account_move_line SET credit = credit + 1.00 WHERE id = (
    SELECT line.id FROM account_move_line line JOIN account_move move ON line.move = move.id
    JOIN account_account account ON line.account = account.id
    WHERE move.state = 'posted' AND account.code = '4110' AND line.credit > 0 ORDER BY line.id LIMIT 1)"""


def amount_from_ft1_12(stage: Stage) -> None:
    file = stage.hub_folder / "flows" / "ehr.py"
    text = file.read_text()
    assert 'amount="11.1.1"' in text, "the site declares where the amount stands"
    file.write_text(text.replace('amount="11.1.1"', 'amount="12.1.1"'))


def drop_delivery(stage: Stage) -> None:
    journal = apsw.Connection(str(stage.hub_folder / "data" / "journal.db"))
    journal.set_busy_timeout(5000)
    journal.execute(
        "delete from delivery where id = (select min(delivery.id) from delivery join name on name.id = destination "
        "where name.kind = 'destination' and name.name = 'erp')"
    )
    assert journal.changes() == 1, "there was a delivery to the ERP"
    journal.close()


def alter_erp_line(stage: Stage) -> None:
    stage.erp.psql(ALTER)


Plant = Callable[[Stage], None]

BEFORE: dict[str, Plant] = {"amount-from-ft1-12": amount_from_ft1_12}
AFTER: dict[str, Plant] = {"drop-delivery": drop_delivery, "alter-erp-line": alter_erp_line}
