"""Acknowledged a second over TLS against plaintext, in turn, on the same hub settings."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
import tempfile
from pathlib import Path
from typing import Any

import instruments

PORT, OUT = 16621, 16622
CONNECTIONS, WARM_UP_S = 50, 2
TLS_TABLE = '\n[sources.ehr.tls]\ncertificate = "server.pem"\nkey = "server.key"\n'


def certificate(folder: Path) -> None:
    """A self-signed certificate for 127.0.0.1."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def hub_folder(folder: Path, tls: bool) -> None:
    (folder / "flows").mkdir()
    source = instruments.ROOT / "bench" / "hub"
    (folder / "flows" / "forward.py").write_text((source / "flows" / "forward.py").read_text())
    text = (source / "hub.toml").read_text()
    (folder / "hub.toml").write_text(
        text.replace("\n[destinations.out]", f"{TLS_TABLE}\n[destinations.out]") if tls else text
    )
    certificate(folder)


async def load(tool: Any, context: ssl.SSLContext | None, seconds: float) -> float:
    """Acknowledged messages a second, with the instruments' own senders over the given transport."""
    senders = tool.Load(PORT, CONNECTIONS)
    senders.closed = asyncio.Event()
    loop = asyncio.get_running_loop()
    for n in range(CONNECTIONS):
        await loop.create_connection(lambda n=n: tool.Sender(senders, n), "127.0.0.1", PORT, ssl=context)
    await asyncio.sleep(WARM_UP_S)
    begun = tool.now_ns()
    await asyncio.sleep(seconds)
    end = tool.now_ns()
    senders.stopping = True
    await asyncio.wait_for(senders.closed.wait(), 30)
    return float(senders.result(begun, end)["per_s"])


def measure(tool: Any, tls: bool, seconds: float) -> float:
    with tempfile.TemporaryDirectory(prefix="isthmus-tls-") as name:
        folder = Path(name)
        hub_folder(folder, tls)
        log = folder / "sink.log"
        log.touch()
        sink = tool.helper("sink", "--port", OUT, "--log", log)
        tool.wait_for_port(OUT, 10)
        hub, _ = instruments.start(tool, folder, folder / "data", PORT, OUT)
        try:
            context = ssl.create_default_context(cafile=str(folder / "server.pem")) if tls else None
            return asyncio.run(load(tool, context, seconds))
        finally:
            instruments.kill(hub)
            sink.terminate()
            sink.wait()


def main() -> None:
    os.environ.setdefault("ISTHMUS_LOG", "error")
    tool = instruments.load()
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    plain, tls = measure(tool, False, seconds), measure(tool, True, seconds)
    print(json.dumps({"plain_per_s": plain, "tls_per_s": tls, "ratio": round(tls / plain, 3)}))


if __name__ == "__main__":
    main()
