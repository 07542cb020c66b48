"""Entries travel encrypted, and only to a server whose certificate is vouched for."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from isthmus.connectors.tryton import SinkSettings, TrytonSink
from isthmus.kernel import Unavailable
from isthmus.ports import Context
from isthmus.sandbox.erp import ErpServer

pytestmark = [pytest.mark.erp, pytest.mark.xdist_group("erp")]


def certificate(folder: Path) -> Path:
    """A file with the key and the self-signed certificate of 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "erp")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "erp.pem"
    file.write_bytes(private + built.public_bytes(encoding))
    return file


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
async def url(erp: ErpServer, tmp_path: Path) -> AsyncIterator[str]:
    """The ERP as it stands in a hospital: behind a proxy that ends TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward = await asyncio.open_connection("127.0.0.1", erp.port)
        await asyncio.gather(pipe(reader, onward[1]), pipe(onward[0], writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


class OneSecret:
    def __init__(self, value: str) -> None:
        self.value = value

    def get(self, reference: str) -> str:
        return self.value


@pytest.mark.parametrize("ca", ["erp.pem", ""])
async def test_the_server_is_reached_only_when_its_certificate_is_vouched_for(url, erp, tmp_path, ca) -> None:
    settings = SinkSettings(url=url, database="erp", key="env:ERP", company="SBRH", ca=ca)
    sink = TrytonSink(settings, Context("erp", tmp_path, OneSecret(erp.key)))
    with contextlib.nullcontext() if ca else pytest.raises(Unavailable, match="Certificate"):
        await sink.open()
    await sink.close()
