"""The demo as a user runs it: a day ties out and ends with 0; whatever is planted, it ends with 1 and says what is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.erp, pytest.mark.process, pytest.mark.xdist_group("demo")]

DEMO = Path(__file__).parents[2] / "demo"
SMALL = ("--messages", "110", "--discharges", "6", "--speed", "0")


def run(tmp_path, *arguments):
    """(exit code, what it printed) of a small day."""
    command = [sys.executable, str(DEMO / "run.py"), *SMALL, "--folder", str(tmp_path / "day"), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def unaccounted(printed):
    """What the closing says is not as it should be."""
    return [line.split("NO", 1)[1].strip() for line in printed.splitlines() if line.startswith("  NO ")]


def test_a_day_with_the_erp_killed_in_the_middle_is_accounted_for(tmp_path):
    code, printed = run(tmp_path)
    assert (code, unaccounted(printed)) == (0, []), printed
    assert "kill -9: the ERP's process" in printed
    assert "C0 of 2026-03-02: tied" in printed


def test_a_dropped_delivery_is_named(tmp_path):
    code, printed = run(tmp_path, "--plant", "drop-delivery")
    journal, control = unaccounted(printed)
    assert code == 1, printed
    assert "DELIVERY_GAP" in journal
    assert "posted = ERP" in control


def test_a_line_altered_in_the_erp_is_a_break_of_its_account(tmp_path):
    code, printed = run(tmp_path, "--plant", "alter-erp-line")
    (control,) = unaccounted(printed)
    assert code == 1, printed
    assert "1 breaks, 1.00 in question, in: posted = ERP" in control
    assert "break in posted = ERP, 4110: 1.00" in printed


def test_a_mapping_that_reads_the_unit_amount_does_not_tie_with_the_register(tmp_path):
    code, printed = run(tmp_path, "--plant", "amount-from-ft1-12")
    assert code == 1, printed
    assert any("register = taken" in words for words in unaccounted(printed))
