"""hub.toml: what a hub is made of, as frozen structs that refuse what they do not know.

Each source and destination names a connector; the settings that belong to the connector stand in the same table and are
checked by the connector's own struct. Values may refer to the environment: `${NAME}` or `${NAME:-default}`; secrets are
references (`env:NAME`, `file:PATH`) and are never read into the configuration.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ..kernel.errors import Misuse
from .limits import fault, faults


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[hub]

    name     for people: in logs and answers
    data     the folder of the journal, relative to the hub's
    key      the reference of the hub key, which everything stored is encrypted under
    grace_s  when told to stop: how long what is under way may take to finish
    """

    name: str
    data: str = "data"
    key: str = "file:hub.key"
    grace_s: float = 20.0


class Facility(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[facilities.NAME]: a place with a clock and books of its own.

    time_zone  a name of the IANA database ("America/Chicago"): posting dates follow it
    company    the code of the company whose books its charges go into
    """

    time_zone: str
    company: str = ""


class AdminSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[admin]: the HTTP API and the metrics; without this table there is none.

    listen  "HOST:PORT" on this machine; port 0: a free one, which run.json names
    token   the reference of the secret that every request carries; its file is made at the first start
    actors  people (and programs) with a token of their own, by name: the reference of each. Who asks with one is who they
            are; with `token` they are who they say. Mends that change an amount want two of these
    """

    listen: str = "127.0.0.1:0"
    token: str = "file:admin.token"  # noqa: S105 - a reference
    actors: dict[str, str] = {}


class TableSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[tables]: when changed files of reference tables are read again.

    reload  "deploy": by `isthmus deploy tables` or SIGHUP; "change": also by itself, when files have changed
    poll_s  with "change": how often the files are looked at; one that still changes is left until the next look
    """

    reload: Literal["deploy", "change"] = "deploy"
    poll_s: float = 2.0


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[sources.NAME], the part that every connector shares.

    connector        the name of a connector that can receive
    format           what its messages are: one of the formats that docs/reference/formats.md lists
    facility         the facility that its messages belong to, where they name none
    body_bytes_max   a larger message is refused while it is still being read
    duplicates_days  how long a repeat is recognised; 0: never
    acknowledge      "accept": after the message is durable; "application": after its one destination has taken it
    answer_within_s  with "application": when the sender is told that it failed
    application_ack_to  the destination that gets the application acknowledgements that HL7 v2 senders ask for in MSH-16, each
                     as a message of its own, once the message is processed; none given: they are counted, not sent
    owner            the team that answers for it
    money            where amounts stand in JSON messages ("total", "lines.amount"): the worklist is ranked by them, and a
                     mend that changes one wants a second person; of HL7 v2 (FT1) and X12 they are known
    unable           what a sender hears while the hub cannot store: "silent" (close, it will send again) or "reject" (AR)
    """

    connector: str
    format: str = "hl7v2"
    facility: str = ""
    body_bytes_max: int = 16 << 20
    duplicates_days: float = 7.0
    acknowledge: Literal["accept", "application"] = "accept"
    answer_within_s: float = 30.0
    application_ack_to: str = ""
    money: tuple[str, ...] = ()
    unable: Literal["silent", "reject"] = "silent"
    owner: str = ""


class DeliveryPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[destinations.NAME], the part that every connector shares: how it is delivered to.

    connector       the name of a connector that can send
    owner           the team that gets what is parked here
    connections     how many deliveries go out at the same time; each lane still one at a time
    timeout_s       for one attempt, connecting included
    attempts_max    for faults of the delivery; an unreachable destination is never counted
    back_off_s      before the second attempt; doubled before each further one, with jitter
    back_off_max_s  the longest that is waited between two attempts
    probe_s         how soon an unreachable destination is tried again; doubled each time
    probe_max_s     the longest between two tries of an unreachable destination
    events          canonical events that it gets as JSON
    money           where amounts stand in JSON that it gets ("total", "lines.amount"), as for a source; of canonical
                    documents, HL7 v2 and X12 it is known
    """

    connector: str = ""
    owner: str = ""
    connections: int = 1
    timeout_s: float = 30.0
    attempts_max: int = 8
    back_off_s: float = 0.5
    back_off_max_s: float = 60.0
    probe_s: float = 0.1
    probe_max_s: float = 2.0
    events: tuple[str, ...] = ()
    money: tuple[str, ...] = ()

    @property
    def retry_share(self) -> int:
        """Connections that retrying deliveries may take up: the others stay free for what goes well."""
        return max(1, self.connections // 4)


class Endpoint(msgspec.Struct, frozen=True):
    """A source or destination of hub.toml: the shared part, and what its connector checks itself."""

    name: str
    shared: Any
    own: dict[str, Any]


class Settings(msgspec.Struct, frozen=True):
    folder: Path
    hub: HubSettings
    facilities: dict[str, Facility]
    sources: dict[str, Endpoint]
    destinations: dict[str, Endpoint]
    retention: dict[str, float]
    admin: AdminSettings | None
    tables: TableSettings = TableSettings()

    @property
    def data(self) -> Path:
        return self.folder / self.hub.data


_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_TABLES = {"hub", "facilities", "sources", "destinations", "retention", "admin", "tables"}
JOURNAL_FILE = "journal.db"
"""In the data folder."""
RETENTION_DAYS = 30.0
METADATA = "metadata"
"""In [retention]: not a class of bodies, but how long is kept who sent what when, and what became of it."""
METADATA_DAYS = 400.0


def expand(value: Any, where: str) -> Any:
    """Put the environment's values into text. Raises `Misuse` naming the variable that is missing, or what is none."""
    if isinstance(value, dict):
        return {key: expand(inner, f"{where}.{key}" if where else key) for key, inner in value.items()}
    if isinstance(value, list):
        return [expand(inner, where) for inner in value]
    if not isinstance(value, str):
        return value

    def look_up(found: re.Match[str]) -> str:
        name, default = found.groups()
        given = os.environ.get(name, default)
        if given is None:
            raise Misuse(f"{where} needs the environment variable {name}, which is not set")
        return given

    if "${" in _REFERENCE.sub("", value):
        raise Misuse(f"{where} has a ${{ that is no reference: write ${{NAME}} or ${{NAME:-default}}")
    return _REFERENCE.sub(look_up, value)


def load_settings(folder: Path) -> Settings:
    """Read hub.toml. Raises `Misuse` with every finding, one a line."""
    path = folder / "hub.toml"
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        raise Misuse(f"{path} is not there: `isthmus init {folder}` makes a hub") from None
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misuse(f"{path}: {error}") from None
    findings: list[str] = []
    settings = read_settings(folder, raw, findings)
    findings += unworkable(settings)
    if findings:
        raise Misuse("\n".join(f"{path}: {finding}" for finding in findings))
    return settings


def unworkable(settings: Settings) -> list[str]:
    """The numbers that no hub can work with, as `[table] what`; a connector's own are judged where it is made."""
    tables: list[tuple[str, Any]] = [("hub", settings.hub)]
    tables += [(f"sources.{name}", held.shared) for name, held in settings.sources.items()]
    tables += [(f"destinations.{name}", held.shared) for name, held in settings.destinations.items()]
    found = [f"[{table}] {words}: {mend}" for table, held in tables for _, words, mend in faults(held)]
    for name, days in settings.retention.items():
        found += [f"[retention] {words}: {mend}" for _, words, mend in fault(name, days, "_days")]
    return found


def require_zone(name: str) -> None:
    """Raises `Misuse` for what is no time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a region of it ("America") is a folder
        raise Misuse(f"{name!r} is not in the IANA time zone database: write one like America/Chicago") from None


def read_settings(folder: Path, raw: dict[str, Any], findings: list[str]) -> Settings:
    """What the tables say, as far as they can be understood; the rest goes into `findings` as `[table] what`."""
    for name, value in raw.items():
        if not isinstance(value, dict):
            findings.append(f"[{name}] is a table, not a value")
    raw = {name: value for name, value in raw.items() if isinstance(value, dict)}

    def part(table: Any, where: str, type: Any) -> Any:
        try:
            return msgspec.convert(expand(table, where), type)
        except (msgspec.ValidationError, Misuse) as error:
            findings.append(f"[{where}] {error}")
            return None

    findings.extend(
        f"[{unknown}] is no table of a hub: use {', '.join(sorted(_TABLES))}" for unknown in sorted(set(raw) - _TABLES)
    )
    hub = part(raw.get("hub", {}), "hub", HubSettings)
    facilities = {
        name: facility
        for name, table in raw.get("facilities", {}).items()
        if (facility := part(table, f"facilities.{name}", Facility))
    }
    for name, facility in facilities.items():
        try:
            require_zone(facility.time_zone)
        except Misuse as error:
            findings.append(f"[facilities.{name}] time_zone {error}")
    sources = _endpoints(raw.get("sources", {}), "sources", SourceSettings, part)
    destinations = _endpoints(raw.get("destinations", {}), "destinations", DeliveryPolicy, part)
    retention = part(raw.get("retention", {}), "retention", dict[str, float]) or {}
    admin = part(raw["admin"], "admin", AdminSettings) if "admin" in raw else None
    reload = part(raw.get("tables", {}), "tables", TableSettings) or TableSettings()
    hub = hub or HubSettings(name=folder.name)
    kept = {"standard": RETENTION_DAYS, METADATA: METADATA_DAYS} | retention
    return Settings(folder, hub, facilities, sources, destinations, kept, admin, reload)


def _endpoints(tables: dict[str, Any], where: str, shared: type[msgspec.Struct], part: Any) -> dict[str, Endpoint]:
    known = set(shared.__struct_fields__)
    found = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            part(table, f"{where}.{name}", dict[str, Any])
            continue
        common = part({k: v for k, v in table.items() if k in known}, f"{where}.{name}", shared)
        own = part({k: v for k, v in table.items() if k not in known}, f"{where}.{name}", dict[str, Any])
        if common is not None and own is not None:
            found[name] = Endpoint(name, common, own)
    return found
