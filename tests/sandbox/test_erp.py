"""The ERP of the sandbox is seeded as its chart says, survives kill -9 and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest

from isthmus.sandbox.cache import Cache
from isthmus.sandbox.erp import ErpServer, chart
from isthmus.sandbox.erp.server import remove, sweep

pytestmark = [pytest.mark.erp, pytest.mark.xdist_group("erp")]


def test_the_ehr_and_the_chart_agree_on_departments_and_financial_classes() -> None:
    from isthmus.sandbox.ehr.catalogue import DEPARTMENTS, FINANCIAL_CLASSES, UNMAPPED_DEPARTMENT

    departments = {department.code for department in chart().departments}
    assert departments == {department.code for department in DEPARTMENTS}
    assert UNMAPPED_DEPARTMENT.code not in departments
    classes = [code for payer in chart().payer_classes for code in payer.financial_classes]
    assert sorted(classes) == sorted(FINANCIAL_CLASSES)


def test_the_books_hold_the_accounts_of_the_chart(erp: ErpServer) -> None:
    expected = {payer.account for payer in chart().payer_classes} | {one.account for one in chart().departments}
    assert {code for (code,) in erp.psql("SELECT code FROM account_account")} == expected
    centres = erp.psql("SELECT code FROM analytic_account_account WHERE type = 'normal'")
    assert {code for (code,) in centres} == {department.cost_centre for department in chart().departments}


def test_every_month_from_2024_to_2033_has_an_open_period(erp: ErpServer) -> None:
    months = [f"{year}-{month:02}" for year in range(2024, 2034) for month in range(1, 13)]
    assert [name for (name,) in erp.psql("SELECT name FROM account_period ORDER BY name")] == months


def test_a_run_begins_with_empty_books_and_ends_without_a_trace() -> None:
    with ErpServer.start() as own:
        assert own.psql("SELECT count(*) FROM account_move") == [("0",)]
        folder, pids = own.folder, (own.pid, own.postgres.pid)
    assert not folder.exists()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_a_killed_server_comes_back_on_its_port_with_its_data(erp: ErpServer) -> None:
    url, pid = erp.url, erp.pid
    erp.psql("CREATE TABLE survives AS SELECT 1")
    erp.kill()
    with pytest.raises(urllib.error.URLError):
        erp.rest("account.journal")
    erp.restart()
    assert (erp.url, erp.psql("SELECT count(*) FROM survives")) == (url, [("1",)])
    assert erp.pid != pid
    erp.psql("DROP TABLE survives")


def test_the_hub_may_not_close_periods_and_the_controller_may(erp: ErpServer) -> None:
    erp.close_period("2024-01")
    assert erp.psql("SELECT state FROM account_period WHERE name = '2024-01'") == [("closed",)]
    erp.reopen_period("2024-01")
    assert erp.psql("SELECT state FROM account_period WHERE name = '2024-01'") == [("open",)]
    erp.controller_key, controller = erp.key, erp.controller_key
    try:
        with pytest.raises(urllib.error.HTTPError, match="403"):
            erp.close_period("2024-01")
    finally:
        erp.controller_key = controller


def test_what_a_killed_starter_left_running_is_ended_by_the_next_start() -> None:
    script = "import os; from isthmus.sandbox.erp import ErpServer; e = ErpServer.start(); "
    script += "print(e.folder, e.pid, e.postgres.pid, e.postgres.socket_folder, flush=True); os.kill(os.getpid(), 9)"
    left = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stdout.split()
    paths = [Path(left[0]), Path(left[3]), *(Path(f"/proc/{pid}") for pid in left[1:3])]
    assert all(path.exists() for path in paths)
    sweep(Cache())
    assert not paths[0].exists()
    assert not paths[1].exists()
    assert all(gone(pid) for pid in left[1:3])


def gone(pid: str) -> bool:
    """Ended; an orphan's last trace is its init's to remove."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_one_that_is_left_running_on_purpose_stays_and_says_how_to_reach_it() -> None:
    script = "import json; from isthmus.sandbox.erp import ErpServer; print(json.dumps(ErpServer.start().detach()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    access = json.loads(done.stdout)
    folder = Path(access["folder"])
    try:
        sweep(Cache())
        assert json.loads((folder / "erp.json").read_text()) == access
        assert (folder / "erp.json").stat().st_mode & 0o077 == 0
        counted = [*access["psql"].split(), "-Atc", "SELECT count(*) FROM account_move"]
        assert subprocess.run(counted, capture_output=True, check=True).stdout == b"0\n"
    finally:
        remove(folder)
    assert not os.path.lexists(folder)
