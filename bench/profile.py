"""Where a hub's time goes under load: samples of its main thread, by file.

profile.py SECONDS        starts a hub under the sampler, loads it, prints a table
profile.py --hub FOLDER   is that hub
"""

from __future__ import annotations

import collections
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

import instruments

PORT, OUT = 16631, 16632
EVERY_S = 0.002
SHOWN = 16
PACKAGE = str(instruments.ROOT / "src" / "isthmus") + "/"


def serve(folder: str, report: str) -> None:
    """Run the hub in this process and count which file each tick of CPU time finds running."""
    from isthmus.cli.main import main

    found: collections.Counter[str] = collections.Counter()

    def tick(number: int, frame: FrameType | None) -> None:
        while frame is not None and not frame.f_code.co_filename.startswith(PACKAGE):
            frame = frame.f_back
        name = frame.f_code.co_filename[len(PACKAGE) :] if frame else "cli"
        found["the event loop itself" if name.startswith("cli") else name] += 1

    signal.signal(signal.SIGPROF, tick)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    try:
        main(["run", folder])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(report).write_text("\n".join(f"{n} {name}" for name, n in found.most_common()))


def main() -> None:
    if "--hub" in sys.argv:
        serve(sys.argv[-1], sys.argv[2])
        return
    tool = instruments.load()
    with tempfile.TemporaryDirectory(prefix="isthmus-profile-") as name:
        data = Path(name)
        (data / "sink.log").touch()
        sink = tool.helper("sink", "--port", OUT, "--log", data / "sink.log")
        tool.wait_for_port(OUT, 10)
        report = data / "report"
        program = f"{Path(__file__)} --hub {report}"
        hub, _ = instruments.start(tool, instruments.ROOT / "bench" / "hub", data / "hub", PORT, OUT, program)
        tool.load_once(PORT, 50, float(sys.argv[1]) if len(sys.argv) > 1 else 10, 1)
        tool.stop_group(hub)
        sink.terminate()
        sink.wait()
        rows = [line.split(" ", 1) for line in report.read_text().splitlines()]
    total = sum(int(n) for n, _ in rows)
    print("| file | share |\n|---|--:|")
    for n, file in rows[:SHOWN]:
        print(f"| `{file}` | {100 * int(n) / total:.1f}% |")
    print(f"| the rest | {100 * sum(int(n) for n, _ in rows[SHOWN:]) / total:.1f}% |")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(str(error)) from None
