"""Measures the hub with the instruments beside the repository and writes docs/benchmarks.md.

    bench/run.py [--quick] [--instruments FOLDER]

Every figure is the median of three runs and stands beside the reference sink of the same run: machines differ, ratios do
not. `--quick` takes one short run of each, to see that everything works; it does not write the page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
HUB = "exec {python} -m isthmus run {root}/bench/hub"
IN, OUT = 16601, 16602
CONNECTIONS = (1, 10, 50)

Row = tuple[str, str, str, str]


class Bench:
    def __init__(self, instruments: Path, quick: bool) -> None:
        self.tool = instruments / "mllp_bench.py"
        self.quick = quick
        self.runs = 1 if quick else 3
        self.seconds = 3 if quick else 10
        self.hub = HUB.format(python=sys.executable, root=ROOT)

    def measure(self, verb: str, *options: object) -> list[dict[str, Any]]:
        """One call of the instruments, with a data folder of its own; its result lines."""
        data = tempfile.mkdtemp(prefix="isthmus-bench-")
        environment = os.environ | {"ISTHMUS_DATA": data, "ISTHMUS_IN": str(IN), "ISTHMUS_OUT": str(OUT)}
        command = [sys.executable, self.tool, verb, "--hub", self.hub, "--in", IN, "--out", OUT, *options]
        say(f"{verb} {' '.join(map(str, options))}")
        try:
            done = subprocess.run(
                [str(part) for part in command],
                capture_output=True,
                text=True,
                env=environment,
                check=False,
            )
        finally:
            shutil.rmtree(data, ignore_errors=True)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            raise SystemExit(f"{verb} gave no result:\n{done.stderr[-2000:]}")
        for line in lines:
            say("  " + ", ".join(f"{k} {v}" for k, v in line.items() if k != "what"))
        return lines

    # ---- the figures

    def compare(self) -> list[Row]:
        runs = [self.measure("compare", "--seconds", self.seconds) for _ in range(self.runs)]
        ready = [run[0]["seconds"] for run in runs]
        at = {n: [next(r for r in run if r.get("connections") == n) for run in runs] for n in CONNECTIONS}

        def mid(n: int, figure: str) -> float:
            return statistics.median(one[figure] for one in at[n])

        p99 = statistics.median(one["ack_p99_ms"] / one["reference_p99_ms"] for one in at[50])
        return [
            (
                "acknowledged, share of the reference sink, 1 / 10 / 50 connections",
                "≥ 0.7 / 0.6 / 0.35",
                " / ".join(f"{mid(n, 'acked_ratio'):.2f}" for n in CONNECTIONS),
                f"{mid(50, 'acked_per_s'):,.0f} a second at 50",
            ),
            (
                "delivered end to end at 50 connections, share of the reference",
                "≥ 0.33",
                f"{mid(50, 'delivered_ratio'):.2f}",
                f"{mid(50, 'delivered_per_s'):,.0f} a second",
            ),
            (
                "delivered in the window, share of acknowledged",
                "≥ 0.97",
                f"{mid(50, 'delivered_share_of_acked'):.2f}",
                "",
            ),
            (
                "ACK p99 against the reference's, 50 connections",
                "≤ 4 ×",
                f"{p99:.1f} ×",
                f"{mid(50, 'ack_p99_ms'):.1f} ms",
            ),
            ("CPU per message, in and out, 50 connections", "≤ 0.10 ms", f"{mid(50, 'cpu_ms_per_message'):.3f} ms", ""),
            ("ready after start", "≤ 0.7 s", f"{statistics.median(ready):.2f} s", ""),
            ("peak memory under load", "≤ 100 MiB", f"{mid(50, 'peak_mib'):.0f} MiB", ""),
        ]

    def grow(self) -> list[Row]:
        messages = 20_000 if self.quick else 1_000_000
        [one] = self.measure("grow", "--messages", messages, "--seconds", self.seconds)
        return [
            (
                f"speed with {one['stored']:,} messages stored, against empty",
                "≥ 0.9",
                f"{one['ratio']:.2f}",
                f"peak {one['peak_mib']} MiB",
            )
        ]

    def drain(self) -> list[Row]:
        few, many = (2_000, 10_000) if self.quick else (10_000, 500_000)
        [short] = self.measure("drain", "--messages", few)
        [long] = self.measure("drain", "--messages", many)
        return [
            (
                f"{few:,} queued while the receiver was away, then drained",
                "in order, at the delivered rate",
                f"{short['drained_per_s']:,.0f} a second, {short['missing']} missing, {short['out_of_order']} out of order",
                f"the first after {short['first_after_s']} s",
            ),
            (
                f"{many:,} queued: peak memory",
                "≤ 200 MiB",
                f"{long['peak_mib']} MiB",
                (
                    f"drained at {long['drained_per_s']:,.0f} a second, {long['missing']} missing, "
                    f"{long['out_of_order']} out of order"
                ),
            ),
        ]

    def isolation(self) -> list[Row]:
        runs = [self.measure("isolation", "--seconds", self.seconds)[0]["ratio"] for _ in range(self.runs)]
        return [("the other patients, while two are never answered", "≥ 0.9", f"{statistics.median(runs):.2f}", "")]

    def crash(self) -> list[Row]:
        rows = []
        for shared in ((), ("--shared",)):
            [one] = self.measure("crash", "--rounds", 1 if self.quick else 10, *shared)
            faults = ("lost", "wrong_content", "never_sent", "out_of_order", "repeated_after_newer")
            rows.append(
                (
                    (
                        f"kill -9 under load, {one['rounds']} rounds{', shared keys' if shared else ''}: "
                        "lost, wrong, never sent, out of order, repeated after newer"
                    ),
                    "0 each",
                    ", ".join(str(one[fault]) for fault in faults),
                    f"{one['acked']:,} acknowledged, {one['repeated']} repeated, ready in {max(one['ready_s'])} s at most",
                )
            )
        return rows

    def ready_with_a_queue(self) -> list[Row]:
        queued = 5_000 if self.quick else 100_000
        figure = json.loads(self._own("ready.py", str(queued)))
        return [
            (
                f"ready after kill -9 with {figure['queued']:,} queued",
                "≤ 3 s",
                f"{figure['ready_s']:.2f} s",
                f"peak {figure['peak_mib']} MiB",
            )
        ]

    def tls(self) -> list[Row]:
        figure = json.loads(self._own("tls.py", str(self.seconds)))
        return [
            (
                "the same with TLS 1.3 on the way in, 50 connections, against plaintext in the same run",
                "",
                f"{figure['ratio']:.2f}",
                f"{figure['tls_per_s']:,.0f} against {figure['plain_per_s']:,.0f} acknowledged a second",
            )
        ]

    def profile(self) -> str:
        return self._own("profile.py", str(self.seconds))

    def codec(self) -> str:
        return self._own("codec.py")

    def x12(self) -> str:
        """Codec and validation on one 835 of a megabyte, and one of a gigabyte as a stream."""
        mib = "32" if self.quick else "1024"
        large = self._own("x12.py", "--large", "--large-mib", mib)
        return "\n\n".join((self._own("x12.py"), self._own("x12_snip.py"), large))

    def files(self) -> str:
        """Delimited files through a whole hub."""
        many = ("20000",) if self.quick else ("100000", "1000000")
        rows = [self._own("rows.py", "--rows", n, "--width", "1000" if n == "1000000" else "60") for n in many]
        return "\n\n".join(f"```\n{row}\n```" for row in rows)

    def _own(self, script: str, *arguments: str) -> str:
        say(f"{script} {' '.join(arguments)}")
        environment = os.environ | {"ISTHMUS_INSTRUMENTS": str(self.tool.parent)}
        done = subprocess.run(
            [sys.executable, str(ROOT / "bench" / script), *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{script} failed:\n{done.stderr[-2000:]}")
        return done.stdout.strip()


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def page(rows: list[Row], bench: Bench) -> str:
    table = "\n".join(f"| {figure} | {asked} | {measured} | {more} |" for figure, asked, measured, more in rows)
    return f"""# Benchmarks

`make bench` measured this page on {datetime.now(UTC):%Y-%m-%d} and wrote it: {os.cpu_count()} cores ({platform.machine()}),
Python {platform.python_version()}, {platform.system()} {platform.release().split("-")[0]}; load generator, receiver and hub
share the cores. The hub is `bench/hub`: what `isthmus init` writes, plus ports and lane; encryption, ledger, duplicate
detection, search and metrics are on. Messages are ADT and DFT of about 1.3 KB.

The *reference sink* does the least that keeps an acknowledgement honest: it appends to a file and syncs it before it
answers, and forwards nothing. Ratios compare hub and reference in the same run (median of three for the first five rows and for
the other patients, single runs elsewhere); absolute figures belong to this machine.

| figure | asked | measured | more |
|---|---|---|---|
{table}

## Where the time goes

Samples of the hub's main thread under load at 50 connections, by the file whose code was running (time in the kernel
counts for the line that called it):

{bench.profile()}

## The HL7 v2 codec against the public libraries

{bench.codec()}

## X12

{bench.x12()}

## Large files, row by row

From the file in the folder to every row delivered, through a real hub and its journal; the destination takes everything at
once.

{bench.files()}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short run of each figure; writes nothing")
    parser.add_argument("--instruments", type=Path, default=ROOT.parent / "shared" / "bench")
    parser.add_argument(
        "--only", help="one figure: compare, grow, drain, isolation, crash, ready_with_a_queue, tls, or x12, files"
    )
    a = parser.parse_args()
    if not (a.instruments / "mllp_bench.py").exists():
        raise SystemExit(f"the instruments are not in {a.instruments}: say where they are with --instruments")
    bench = Bench(a.instruments, a.quick)
    figures = ("compare", "ready_with_a_queue", "grow", "drain", "isolation", "crash", "tls")
    if a.only:
        found = getattr(bench, a.only)()
        print(found if isinstance(found, str) else "\n".join(" | ".join(row) for row in found))
        return
    rows: list[Row] = [row for name in figures for row in getattr(bench, name)()]
    text = page(rows, bench)
    if a.quick:
        print(text)
    else:
        (ROOT / "docs" / "benchmarks.md").write_text(text)
        say("docs/benchmarks.md is written")


if __name__ == "__main__":
    main()
