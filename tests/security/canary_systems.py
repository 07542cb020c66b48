"""A hub between an SFTP server, two databases and a mail server, all of which refuse and quote the patient when they do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import apsw
import asyncssh
from aiosmtpd.smtp import SMTP, Envelope, Session
from canary_hub import MARK, CanaryHub

from isthmus.sandbox.postgres import Postgres
from isthmus.security.vault import new_hub_key

SERVER = (
    """{{ host = "127.0.0.1", port = {ssh}, user = "hub", key = "file:user.key", fingerprints = ["{fingerprint}"] }}"""
)

SETTINGS = (
    """
[hub]
name = "canary"

[sources.drop]
connector = "sftp"
format = "raw"
path = "{folder}/in"
settle_s = 0.0
poll_s = 0.02
file_bytes_max = 20000
body_bytes_max = 20000
server = """
    + SERVER
    + """

[sources.rows]
connector = "sql"
format = "json"
file = "feed.db"
query = "SELECT * FROM feed"
mark = "n"
key_columns = ["code"]
poll_s = 0.02
body_bytes_max = 20000

[sources.nowhere]
connector = "sql"
format = "json"
socket = "{socket}"
database = "postgres"
user = "isthmus"
query = "SELECT * FROM patients_seen"
mark = "n"
key_columns = ["name"]
poll_s = 0.02

[destinations.sftp]
connector = "sftp"
path = "{folder}/out"
name = "{{key}}"
owner = "integration"
server = """
    + SERVER
    + """

[destinations.postgres]
connector = "sql"
socket = "{socket}"
database = "postgres"
user = "isthmus"
table = "patients"
key_column = "code"
columns = ["name", "age"]
owner = "integration"

[destinations.sqlite]
connector = "sql"
file = "feed.db"
statement = "INSERT INTO strict_feed VALUES (:key, :name)"
columns = ["name"]
owner = "integration"

[destinations.mail]
connector = "smtp"
address = "127.0.0.1:{smtp}"
sender = "hub@here.example"
to = ["office@there.example"]
subject = "{{subject}}"
owner = "integration"
attempts_max = 2
back_off_s = 0.01

[admin]
listen = "127.0.0.1:0"
"""
)

FLOWS = '''
"""Sends what a file says where its first word says; rows fail."""

from isthmus import flow, send


def flow_of(source, accepts):
    return flow(source, source=source, accepts=accepts, owner="integration", lane="ALL", when_parked="go_on")


drop, rows, nowhere = flow_of("drop", "raw"), flow_of("rows", "json"), flow_of("nowhere", "json")


@drop.on()
def dropped(msg):
    where, key, body = msg.raw.split(b"|", 2)
    yield send(where.decode(), body, key=key.decode(), headers={"subject": key.decode()})


@rows.on()
def read(msg):
    raise ValueError(msg.raw)


@nowhere.on()
def never(msg):
    raise ValueError(msg.raw)
'''

FILES = (
    ("sftp", f"{MARK}-1", f"{MARK} first"),
    ("sftp", f"{MARK}-1", f"{MARK} second"),  # a conflict
    ("sftp", f"refuse-{MARK}", f"{MARK}"),  # the server refuses: the destination pauses
    ("postgres", f"{MARK}-1", f'{{"name": "{MARK}", "age": "40"}}'),
    ("postgres", f"{MARK}-1", f'{{"name": "{MARK} other", "age": "40"}}'),  # a conflict
    ("postgres", f"{MARK}-2", f'{{"name": "{MARK}", "age": "{MARK}"}}'),  # no number
    ("postgres", f"{MARK}-3", f'{{"name": "{MARK}", "age": "-1"}}'),  # a constraint, which shows the row
    ("postgres", f"{MARK}-4", f'{{"{MARK}": "{MARK}"}}'),  # a member is missing
    ("postgres", f"{MARK}-5", f"{MARK} is no JSON"),
    ("postgres", f"{MARK}-6", f'{{"name": "raise", "age": "{1}"}}'),  # a trigger that quotes
    ("sqlite", f"{MARK}-1", f'{{"name": "{MARK}"}}'),  # a trigger that quotes
    ("mail", f"554-{MARK}", f"{MARK}"),
    ("mail", f"451-{MARK}", f"{MARK}"),
    ("nowhere-" + MARK, "1", MARK),  # there is no such destination
)
PARKED = 1 + 6 + 1 + 2 + 2 + 2
"""A conflict on the server; six of PostgreSQL's, one of SQLite's; two mails; two files that the flow fails on; two rows."""


class Refusing(asyncssh.SFTPServer):
    """Refuses to write what is to be refused, and says the name."""

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if pflags & asyncssh.FXF_WRITE and b"refuse" in path:
            raise asyncssh.SFTPPermissionDenied(f"{MARK}: {path.decode()}")
        return super().open(path, pflags, attrs)


class Mail:
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        subject = (envelope.original_content or b"").partition(b"Subject: ")[2]
        return f"{subject[:3].decode()} {MARK} is unknown here"


class Systems:
    """The servers that the hub speaks with, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def start(self) -> None:
        for name in ("in", "out"):
            (self.folder / name).mkdir(parents=True)
        self.host, self.user = (
            asyncssh.generate_private_key("ssh-ed25519"),
            asyncssh.generate_private_key("ssh-ed25519"),
        )
        (self.folder / "authorized").write_bytes(self.user.export_public_key())
        self._ssh = await asyncssh.create_server(
            asyncssh.SSHServer,
            "127.0.0.1",
            0,
            server_host_keys=[self.host],
            authorized_client_keys=str(self.folder / "authorized"),
            sftp_factory=Refusing,
        )
        loop = asyncio.get_running_loop()
        self._smtp = await loop.create_server(lambda: SMTP(Mail(), hostname="there", loop=loop), "127.0.0.1", 0)
        self.postgres = await asyncio.to_thread(Postgres.start)
        await asyncio.to_thread(
            self.postgres.psql,
            "CREATE TABLE patients (code text PRIMARY KEY, name text, age int CHECK (age > 0));"
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$BEGIN IF NEW.name = 'raise' THEN RAISE EXCEPTION '{MARK} is unknown'; END IF; RETURN NEW; END$$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON patients FOR EACH ROW EXECUTE FUNCTION refuse();"
            f"CREATE VIEW patients_seen AS SELECT 1 AS n, 'x' AS name, CAST('{MARK}' || now() AS int) AS age",
        )

    async def stop(self) -> None:
        self._ssh.close()
        self._smtp.close()
        await asyncio.to_thread(self.postgres.stop)


class SystemsHub(CanaryHub):
    def write(self, systems: Any) -> None:
        (self.folder / "flows").mkdir(parents=True)
        settings = SETTINGS.format(
            folder=systems.folder,
            ssh=systems._ssh.get_port(),
            smtp=systems._smtp.sockets[0].getsockname()[1],
            fingerprint=systems.host.get_fingerprint(),
            socket=systems.postgres.socket_folder,
        )
        (self.folder / "hub.toml").write_text(settings)
        (self.folder / "flows" / "everything.py").write_text(FLOWS)
        (self.folder / "hub.key").write_text(new_hub_key() + "\n")
        (self.folder / "user.key").write_bytes(systems.user.export_private_key())
        for name in ("hub.key", "user.key"):
            (self.folder / name).chmod(0o600)
        feed = apsw.Connection(str(self.folder / "feed.db"))
        feed.execute(
            "CREATE TABLE feed (n INTEGER, code TEXT, name TEXT); CREATE TABLE strict_feed (code TEXT, name TEXT);"
            f"CREATE TRIGGER refuse BEFORE INSERT ON strict_feed BEGIN SELECT RAISE(ABORT, '{MARK} is unknown'); END"
        )
        feed.execute("INSERT INTO feed VALUES (1, ?, ?), (2, ?, ?)", (MARK, MARK, MARK + "2", MARK))
        feed.execute("INSERT INTO feed VALUES (3, ?, ?)", (MARK, MARK * 5000))
        feed.close()

    def keep_files(self) -> None:
        """The bytes of everything that the hub wrote for itself, and its reasons for refusing files."""
        for path in sorted(self.data.rglob("*")):
            if path.is_file():
                self.keep(f"data/{path.name}", path.read_bytes())
