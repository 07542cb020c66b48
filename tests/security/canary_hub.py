"""A hub that everything goes wrong with: peers that refuse, flows that fail, and all of it with marked patient data.

Its evidence is whatever left the hub in the clear: logs, acknowledgements, answers, metrics, command output, files.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import resource
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

MARK = "ZQXCANARY"
PATIENCE_S = 30.0

SETTINGS = """
[hub]
name = "canary"

[sources.ehr]
connector = "mllp"
listen = "127.0.0.1:0"
body_bytes_max = 20000

[sources.ward]
connector = "mllp"
listen = "127.0.0.1:0"
acknowledge = "application"
answer_within_s = 0.5

[sources.hook]
connector = "http"
format = "json"
listen = "127.0.0.1:0"
bearer = ["file:hook.token"]

[sources.drop]
connector = "files"
format = "raw"
folder = "drop"
settle_s = 0.0
poll_s = 0.02

[destinations.out]
connector = "mllp"
address = "127.0.0.1:{mllp}"
owner = "integration"
connections = 4
timeout_s = 0.6
attempts_max = 2
back_off_s = 0.01

[destinations.shop]
connector = "http"
url = "http://127.0.0.1:{http}/shop/{{key}}"
look_up = {{ url = "http://127.0.0.1:{http}/held/{{key}}" }}
owner = "integration"
attempts_max = 2
back_off_s = 0.01

[destinations.folder]
connector = "files"
folder = "out"
owner = "integration"

[admin]
listen = "127.0.0.1:0"
"""

FLOWS = '''
"""Fails in every way that a flow can fail, by the message's control id."""

from isthmus import flow, forward, send
from isthmus.connectors.mllp import MllpSink
from isthmus.runtime.plan import Plan


def flow_of(source, accepts, lane="ALL"):
    return flow(source, source=source, accepts=accepts, owner="integration", lane=lane, when_parked="go_on")


ehr = flow_of("ehr", "hl7v2/ADT", "PID-3.1")
ward = flow_of("ward", "hl7v2/ADT", "PID-3.1")
hook = flow_of("hook", "json")
drop = flow_of("drop", "raw")


def decide(msg):
    case, name = msg["MSH-10"].partition("-")[0], msg["PID-5.1"]
    if case == "raise":
        raise ValueError(name)
    if case == "missing":
        return {}[name]
    if case == "path":
        return msg[name]
    if case == "nowhere":
        yield forward(name)
    elif case == "garbage":
        yield name
    elif case == "lane":
        yield forward("out", lane=(name,))
    elif case == "shop":
        status = int(msg["MSH-10"].partition("-")[2])
        yield send("shop", b'{"name": "%s", "status": %d}' % (name.encode(), status), key=f"{name}-{status}")
    elif case == "file":
        yield send("folder", msg.raw, key=name)
    else:
        yield forward("out")


ehr.on()(decide)
ward.on()(decide)


@hook.on()
def hooked(msg):
    raise LookupError(msg.raw)


@drop.on()
def dropped(msg):
    raise ValueError(msg.raw)


ehr_lanes, deliver = Plan.lanes, MllpSink.deliver


def lanes(self, route, content, raw):
    if b"|defect-" in raw:
        raise ValueError(raw)
    return ehr_lanes(self, route, content, raw)


async def failing(self, delivery):
    if b"|sink-" in delivery.body:
        raise ValueError(delivery.body)
    return await deliver(self, delivery)


Plan.lanes, MllpSink.deliver = lanes, failing  # planted defects of the hub's own
'''


def adt(case: str, number: int, *, type: str = "ADT^A01") -> bytes:
    """A message with the mark wherever a patient stands in it; the control id names the case."""
    return (
        f"MSH|^~\\&|EHR|MAIN|HUB|SBRH|20260302101500||{type}|{case}-{number}|P|2.5.1\r"
        f"EVN||20260302101500|||{MARK}^WHO\rPID|1|{MARK}|{MARK}-{number}^^^H^MR||{MARK}^JANE||19700101|F|||{MARK} ST\r"
        f"NK1|1|{MARK}^JOHN\rPV1|1|I|{MARK}\r"
    ).encode()


class Peers:
    """The targets: they refuse by case, and quote the patient when they do."""

    async def start(self) -> None:
        self._servers = [await asyncio.start_server(serve, "127.0.0.1", 0) for serve in (self._mllp, self._http)]
        self.mllp, self.http = (server.sockets[0].getsockname()[1] for server in self._servers)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _mllp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        try:
            while True:
                raw = (await reader.readuntil(b"\x1c\r"))[1:-2]
                control = raw.split(b"|")[9].decode()
                head = f"MSH|^~\\&|OUT|X|{MARK}|X|20260302||ACK|1|P|2.5.1\r"
                error = f"ERR||PID^1^5|204^unknown^HL70357|E||||{MARK} is unknown\r"
                writer.write(
                    {
                        "ae": f"\x0b{head}MSA|AE|{control}|{MARK}\r{error}\x1c\r",
                        "ar": f"\x0b{head}MSA|AR|{control}|{MARK}\r\x1c\r",
                        "other": f"\x0b{head}MSA|AA|{MARK}\r\x1c\r",
                        "noack": f"\x0b{MARK} is not HL7\x1c\r",
                        "noframe": f"{MARK} is not MLLP either\r",
                        "oddcode": f"\x0b{head}MSA|{MARK}|{control}\r\x1c\r",
                        "silent": "",
                    }.get(control.partition("-")[0], f"\x0b{head}MSA|AA|{control}|{MARK}\r\x1c\r").encode()
                )
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = re.search(r"(?i)content-length: (\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                wanted = int(re.search(r"-(\d+) ", head)[1])  # type: ignore[index]
                held = head.startswith("GET")
                status = (200 if wanted == 200 else 404) if held else wanted
                body = f'{{"name": "{MARK}, another one"}}'
                writer.write(
                    f"HTTP/1.1 {status} {MARK}\r\nLocation: http://{MARK}.example/\r\nX: {MARK}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
                )
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


class CanaryHub:
    """The hub's process, and what was collected from it: `evidence[what] = bytes`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.evidence: dict[str, bytes] = {}
        self.data = folder / "data"
        self._log = folder.parent / f"{folder.name}.log"

    def write(self, peers: Peers) -> None:
        for name in ("flows", "drop", "out"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "hub.toml").write_text(SETTINGS.format(mllp=peers.mllp, http=peers.http))
        (self.folder / "flows" / "everything.py").write_text(FLOWS)
        (self.folder / "hook.token").write_text("hook-token\n")

    def start(self, *, file_bytes_max: int = 0) -> None:
        """`file_bytes_max`: no file of the process may grow beyond it, which to the journal is a full disk."""

        def limit() -> None:
            if file_bytes_max:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max))

        with open(self._log, "ab") as log:
            command = [sys.executable, "-m", "isthmus", "run", str(self.folder), "--level", "debug"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=limit)
        deadline = time.monotonic() + PATIENCE_S
        while not (self.data / "run.json").exists():
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.02)
        self.running = json.loads((self.data / "run.json").read_text())
        self.ports: dict[str, int] = self.running["listening"]

    def stop(self) -> None:
        """Stop it, and keep its log."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
        self.keep("log", self._log.read_bytes())

    def keep(self, what: str, found: bytes) -> None:
        self.evidence[what] = self.evidence.get(what, b"") + found

    # ---- what is done to it

    async def send(self, source: str, *messages: bytes, framed: bool = True, wait_s: float = 3.0) -> int:
        """Send on one connection; the answers are evidence. How many frames came back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[source])
        writer.write(b"".join(b"\x0b" + raw + b"\x1c\r" if framed else raw for raw in messages))
        answers = b""
        try:
            async with asyncio.timeout(wait_s):
                while answers.count(b"\x1c\r") < len(messages) and (data := await reader.read(65536)):
                    answers += data
        except (TimeoutError, ConnectionError):
            pass
        writer.close()
        # MSA-2 and MSH-10 are the sender's own; nothing else of its message comes back.
        self.keep("acknowledgements", answers)
        return answers.count(b"\x1c\r")

    def request(self, what: str, url: str, body: bytes | None = None, **headers: str) -> int:
        """One HTTP request; what comes back is evidence."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, data=body, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                status, found = answer.status, str(answer.headers).encode() + answer.read()
        except urllib.error.HTTPError as error:
            status, found = error.code, str(error.headers).encode() + error.read()
        self.keep(what, found)
        return int(status)

    def admin(self, what: str, path: str, body: bytes | None = None, **headers: str) -> int:
        token = (self.folder / "admin.token").read_text().strip()
        return self.request(what, self.running["admin"] + path, body, **{"Authorization": f"Bearer {token}"} | headers)

    def command(self, *arguments: str) -> None:
        """A command's output is evidence."""
        done = subprocess.run(
            [sys.executable, "-m", "isthmus", *arguments],
            capture_output=True,
            timeout=PATIENCE_S,
            env=os.environ | {"ISTHMUS_HUB": str(self.folder)},
        )
        self.keep(f"command {arguments[0]}", done.stdout + done.stderr)

    async def until_settled(self, parked: int) -> None:
        """Wait until so many things stand on the worklist and nothing is under way."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            probe = CanaryHub(self.folder)
            probe.running = self.running
            await asyncio.to_thread(probe.admin, "x", "/v1/parked?limit=1000")
            found = json.loads(probe.evidence["x"].partition(b"\n\n")[2])
            items = found.get("items") or found.get("parked") or []
            if len(items) >= parked:
                return
            assert time.monotonic() < deadline, f"{len(items)} of {parked} stand parked"
            await asyncio.sleep(0.05)

    def keep_files(self) -> None:
        """The bytes of everything that the hub wrote for itself, and its reasons for refusing files."""
        for path in sorted(self.data.rglob("*")):
            if path.is_file():
                self.keep(f"data/{path.name}", path.read_bytes())
        for path in sorted((self.folder / "drop" / "failed").glob("*.reason")):
            self.keep("reasons", path.read_bytes())


def shapes(mark: str) -> dict[str, bytes]:
    """How text may stand in bytes without being encrypted."""
    plain = mark.encode()
    found = {
        "plain": plain,
        "lower case": plain.lower(),
        "UTF-16": mark.encode("utf-16-le"),
        "hex": plain.hex().encode(),
    }
    for shift in range(3):
        whole = plain[shift : shift + (len(plain) - shift) // 3 * 3]  # groups that do not depend on their neighbours
        found[f"base64 from byte {shift}"] = base64.b64encode(whole)
    return found


def leaks(evidence: dict[str, bytes]) -> list[str]:
    """Where the mark stands, and in which shape, with the line around it where there are lines."""
    found = []
    for what, content in evidence.items():
        for shape, sought in shapes(MARK).items():
            at = content.find(sought)
            if at >= 0:
                around = content[max(0, at - 200) : at + 100]
                found.append(f"{what} ({shape}): {around!r}")
    return found
