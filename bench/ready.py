"""How long a hub takes to listen again after kill -9 while messages wait for a receiver that is away."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import instruments

PORT, NOBODY = 16611, 16619
TRIES = 3


def main() -> None:
    tool = instruments.load()
    queued = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="isthmus-ready-") as data:
        hub, _ = instruments.start(tool, instruments.ROOT / "bench" / "hub", Path(data), PORT, NOBODY)
        load = tool.Load(PORT, 50)
        load.most = queued
        asyncio.run(load.run(600))
        instruments.kill(hub)
        seconds = []
        for _ in range(TRIES):
            hub, ready_s = instruments.start(tool, instruments.ROOT / "bench" / "hub", Path(data), PORT, NOBODY)
            seconds.append(ready_s)
            _, peak_mib = tool.group_usage(hub.pid)
            instruments.kill(hub)
    print(
        json.dumps({"queued": len(load.answered), "ready_s": sorted(seconds)[TRIES // 2], "peak_mib": round(peak_mib)})
    )


if __name__ == "__main__":
    main()
