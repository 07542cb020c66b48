"""What the X12 codec costs on an 835 of about one megabyte, synthetic.

    python bench/x12.py [--rounds 5]

Prints a Markdown table; the best of several rounds counts, so that what else runs on the machine counts least.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime

from isthmus.protocols import x12
from isthmus.protocols.x12.views import Remittance

CLAIMS = 4_900
CHUNK = 64 << 10


def remittance() -> bytes:
    """An 835 of ten segments for each claim, which balances and is right by its guide."""
    writer = x12.Writer(
        sender=("ZZ", "PAYER"), receiver=("ZZ", "HUB"), control_number=1, at=datetime(2026, 1, 15, tzinfo=UTC)
    )
    writer.group("HP", sender="PAYER", receiver="HUB", control_number=1, version="005010X221A1")
    writer.transaction("835", "0001")
    writer.segment("BPR", "I", str(CLAIMS * 150), "C", "CHK", *[""] * 11, "20260116")
    writer.segment("TRN", "1", "EFT1", "1512345678")
    writer.segment("N1", "PR", "GOOD PAYER")
    writer.segment("N3", "1 PAYER PLAZA")
    writer.segment("N4", "COLUMBUS", "OH", "43215")
    writer.segment("PER", "BL", "HELP DESK", "TE", "6145550100")
    writer.segment("N1", "PE", "GENERAL HOSPITAL", "XX", "1234567893")
    writer.segment("LX", "1")
    for number in range(CLAIMS):
        writer.segment("CLP", f"ACC{number}", "1", "200", "150", "50", "12", f"ICN{number}")
        writer.segment("NM1", "QC", "1", "DOE", "JANE")
        writer.segment("DTM", "232", "20260110")
        writer.segment("AMT", "AU", "200")
        for code in ("99213", "85025"):
            writer.segment("SVC", ("HC", code), "100", "75", "", "1")
            writer.segment("CAS", "PR", "3", "20", "", "2", "5")
            writer.segment("REF", "6R", f"L{number}")
    return writer.close()


def best(once: Callable[[], object], rounds: int) -> float:
    """Seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        once()
        times.append(time.perf_counter() - start)
    return min(times)


def stream(data: bytes) -> int:
    reader = x12.Reader()
    return sum(len(reader.feed(data[at : at + CHUNK])) for at in range(0, len(data), CHUNK)) + len(reader.close())


def view(data: bytes) -> Remittance:
    found = Remittance(next(x12.parse(data).transactions))
    _ = found.claims
    return found


def main() -> None:
    options = argparse.ArgumentParser(description="Cost of the X12 codec.")
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    data = remittance()
    found = view(data)
    if found.balances() or len(found.claims) != CLAIMS:
        raise SystemExit("the synthetic remittance does not balance")
    print(f"| 835, {len(data):,} bytes, {data.count(b'~'):,} segments | seconds |\n|---|--:|")
    print(f"| tokenise and check the envelope (parse) | {best(lambda: x12.parse(data), rounds):.3f} |")
    print(f"| segments from chunks of 64 KiB (Reader) | {best(lambda: stream(data), rounds):.3f} |")
    print(f"| parse, and view every claim with its adjustments | {best(lambda: view(data), rounds):.3f} |")
    print(f"| all three balances | {best(found.balances, rounds):.3f} |")
    print(f"\nPython {platform.python_version()}, one core.")


if __name__ == "__main__":
    main()
