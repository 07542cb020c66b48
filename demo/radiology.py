"""A radiology system's listener: takes ADT over MLLP, notes what it got, answers AA.

    python demo/radiology.py --port 2576 --log FILE

Writes one line for each message: the SHA-256 of its bytes. That is enough to tell what arrived, in which order and
whether every byte of it did, and shows nothing of a patient.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
from datetime import UTC, datetime
from pathlib import Path

from isthmus.protocols import hl7v2, mllp

READ_BYTES = 1 << 16


async def serve(port: int, log: Path) -> None:
    with log.open("a", buffering=1) as notes:

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            decoder, taken = mllp.Decoder(), 0
            while data := await reader.read(READ_BYTES):
                for message in decoder.feed(data):
                    if isinstance(message, bytes):
                        notes.write(hashlib.sha256(message).hexdigest() + "\n")
                        taken += 1
                        answer = hl7v2.ack(message, at=datetime.now(UTC), control_id=f"RAD{taken:06}")
                        writer.write(mllp.frame(answer))
            writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", port)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.log))
