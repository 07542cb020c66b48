"""What the X12 codec costs on an 835 of about one megabyte, synthetic, and beside other readers where they are installed.

    python bench/x12.py [--rounds 5] [--large [--large-mib 1024]]

Prints a Markdown table; the best of several rounds counts, so that what else runs on the machine counts least. `pyx12` and
`linuxforhealth-x12` are peers, not dependencies: each is measured in the same run when it can be imported. `--large` streams a
generated 835 that is never held: claims one by one, their balance checked, with the peak memory of the process.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from isthmus.protocols import x12
from isthmus.protocols.x12.views import Remittance, claim_payments

CLAIMS = 4_900
CHUNK = 64 << 10
MIB = 1 << 20


def remittance(claims: int = CLAIMS) -> bytes:
    """An 835 of ten segments for each claim, which balances and is right by its guide."""
    return b"".join(remittance_chunks(claims))


def remittance_chunks(claims: int) -> Iterator[bytes]:
    """The same in pieces of about 64 KiB, so that a large one is never held: every claim is one template, numbered."""
    writer = x12.Writer(
        sender=("ZZ", "PAYER"), receiver=("ZZ", "HUB"), control_number=1, at=datetime(2026, 1, 15, tzinfo=UTC)
    )
    writer.group("HP", sender="PAYER", receiver="HUB", control_number=1, version="005010X221A1")
    writer.transaction("835", "0001")
    writer.segment("BPR", "I", str(claims * 150), "C", "CHK", *[""] * 11, "20260116")
    writer.segment("TRN", "1", "EFT1", "1512345678")
    writer.segment("N1", "PR", "GOOD PAYER")
    writer.segment("N3", "1 PAYER PLAZA")
    writer.segment("N4", "COLUMBUS", "OH", "43215")
    writer.segment("PER", "BL", "HELP DESK", "TE", "6145550100")
    writer.segment("N1", "PE", "GENERAL HOSPITAL", "XX", "1234567893")
    writer.segment("LX", "1")
    yield writer.take()
    write_claim(writer)
    template = writer.take()
    for first in range(0, claims, 400):
        yield b"".join(template.replace(b"#", b"%d" % number) for number in range(first, min(first + 400, claims)))
    yield b"SE*%d*0001~GE*1*1~IEA*1*000000001~" % (10 + 10 * claims)


def write_claim(writer: x12.Writer) -> None:
    writer.segment("CLP", "ACC#", "1", "200", "150", "50", "12", "ICN#")
    writer.segment("NM1", "QC", "1", "DOE", "JANE")
    writer.segment("DTM", "232", "20260110")
    writer.segment("AMT", "AU", "200")
    for code in ("99213", "85025"):
        writer.segment("SVC", ("HC", code), "100", "75", "", "1")
        writer.segment("CAS", "PR", "3", "20", "", "2", "5")
        writer.segment("REF", "6R", "L#")


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
    """Every claim, with every adjustment read."""
    found = Remittance(next(x12.parse(data).transactions))
    if sum(len(claim.all_adjustments) for claim in found.claims) != 4 * CLAIMS:
        raise SystemExit("not every adjustment was read")
    return found


def pyx12_reader(data: bytes) -> Callable[[], object] | None:
    """Every segment, without a map: what its reader alone does."""
    try:
        from pyx12.x12file import X12Reader
    except ImportError:
        return None
    text = data.decode("ascii")
    return lambda: sum(1 for _ in X12Reader(io.StringIO(text)))


def linuxforhealth_reader(data: bytes) -> Callable[[], object] | None:
    """Every segment, by its segment reader."""
    try:
        from linuxforhealth.x12.io import X12SegmentReader
    except ImportError:
        return None
    text = data.decode("ascii")

    def once() -> int:
        with X12SegmentReader(text) as reader:
            return sum(1 for _ in reader.segments())

    return once


PEERS = {"pyx12, segments": pyx12_reader, "linuxforhealth-x12, segments": linuxforhealth_reader}


def peers(data: bytes, rounds: int) -> None:
    for name, peer in PEERS.items():
        once = peer(data)
        if once is None:
            print(f"| {name} | not installed |")
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            seconds = best(once, rounds)
        print(f"| {name} | {seconds:.3f} |")


def segments(chunks: Iterator[bytes], taken: list[int]) -> Iterator[x12.Segment]:
    reader = x12.Reader()
    for chunk in chunks:
        taken[0] += len(chunk)
        yield from reader.feed(chunk)
    yield from reader.close()


def large(mib: int) -> None:
    """Generating is part of the time and of the memory: nothing of it is held."""
    taken, claims, unbalanced = [0], 0, 0
    start = time.perf_counter()
    for claim in claim_payments(segments(remittance_chunks(mib * MIB * CLAIMS // len(remittance())), taken)):
        claims += 1
        unbalanced += bool(claim.difference)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    if unbalanced:
        raise SystemExit("the synthetic remittance does not balance")
    print(f"| {taken[0]:,} bytes, {claims:,} claims generated, streamed and balanced | {seconds:.0f} s |")
    print(f"| peak memory of the process | {peak / MIB:.0f} MiB |")


def main() -> None:
    options = argparse.ArgumentParser(description="Cost of the X12 codec.")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--large", action="store_true", help="stream a generated 835 of --large-mib and nothing else")
    options.add_argument("--large-mib", type=int, default=1024)
    chosen = options.parse_args()
    if chosen.large:
        print("| a large 835 | |\n|---|--:|")
        large(chosen.large_mib)
        return
    rounds = chosen.rounds
    data = remittance()
    print(f"| 835, {len(data):,} bytes, {data.count(b'~'):,} segments | seconds |\n|---|--:|")
    print(f"| tokenise and check the envelope (parse) | {best(lambda: x12.parse(data), rounds):.3f} |")
    print(f"| segments from chunks of 64 KiB (Reader) | {best(lambda: stream(data), rounds):.3f} |")
    print(f"| parse, and view every claim with its adjustments | {best(lambda: view(data), rounds):.3f} |")
    found = view(data)
    if x12.parse(data).findings or found.balances() or len(found.claims) != CLAIMS:
        raise SystemExit("the synthetic remittance does not balance")
    print(f"| all three balances | {best(found.balances, rounds):.3f} |")
    peers(data, rounds)
    print(f"\nPython {platform.python_version()}, one core.")


if __name__ == "__main__":
    main()
