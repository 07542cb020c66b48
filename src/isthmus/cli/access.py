"""How a command reaches a hub: through the API of the one that runs, else by opening its journal itself.

    run.json there and answering   HTTP to the address in it, with the token of [admin] token, or the one that ISTHMUS_TOKEN refers to
    no hub runs                    the same verb in this process, over a hub that is put together and not started
    a hub runs without an API      nothing can be done from here: exit code 3

Looks that show no content (messages, ledger, verify) read the journal directly in either case: a read-only connection
beside the writer's.
"""

from __future__ import annotations

import asyncio
import getpass
import http.client
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from ..kernel.errors import IsthmusError, Misuse, StorageUnable, Unavailable
from ..kernel.text import storable
from ..runtime import run_file
from ..runtime.asks import Answer, Ask, Problem
from ..runtime.settings import JOURNAL_FILE, Settings, load_settings

if TYPE_CHECKING:
    from ..journal.search import Reader
    from ..runtime.verbs import Verb

TOKEN_VARIABLE = "ISTHMUS_TOKEN"  # noqa: S105 - the variable holds a reference
"""Names the secret that the command asks a running hub with, where it is another than the hub's: an actor's own."""

T = TypeVar("T")
A = TypeVar("A", bound=Answer)

ANSWER_S = 600.0
"""A replay of many messages takes its time; the hub answers when it is durable."""


def actor() -> str:
    """Who asks: the user of the operating system, and where a `sudo` came from."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return storable(os.environ.get("SUDO_USER") or user)


def call(folder: Path, verb: str, ask: Ask, answers: type[A]) -> A:
    """Have a verb done by the hub in `folder`, running or not. Raises `Unavailable`, `Misuse`, `StorageUnable`."""
    from ..runtime.verbs import BY_NAME

    settings = load_settings(folder)
    running = run_file.maybe_read(settings.data)
    if running is not None and _locked(settings):  # else the file was left behind, and its address may be another's
        if not running.admin:
            raise Unavailable(
                f"the hub runs (process {running.pid}) without an API: add [admin] to hub.toml, or stop the hub first"
            )
        return _over_http(settings, running.admin, BY_NAME[verb], ask, answers)
    return cast(A, asyncio.run(_in_process(folder, BY_NAME[verb], ask)))


def require_running(folder: Path) -> None:
    """Raises `Unavailable` when no hub runs on this folder."""
    settings = load_settings(folder)
    if run_file.maybe_read(settings.data) is None or not _locked(settings):
        raise Unavailable(f"no hub runs on {folder}: `isthmus run {folder}` starts it")


def require_stopped(settings: Settings) -> None:
    """Raises `Unavailable` while a hub runs."""
    if _locked(settings):
        raise Unavailable("a hub runs on this folder: stop it first")


def look(folder: Path, function: Callable[[Reader], T]) -> T:
    """Run a query over the hub's journal, beside a running hub or without one."""
    from ..journal.search import open_read
    from ..security import SecretStore, Vault

    settings = load_settings(folder)
    reader = open_read(settings.data / JOURNAL_FILE, Vault(SecretStore(folder).get(settings.hub.key)))
    try:
        return function(reader)
    finally:
        reader.close()


def _locked(settings: Settings) -> bool:
    """Whether a process holds the journal."""
    import fcntl

    try:
        handle = os.open(settings.data / "journal.lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


# ---- through the API


def _over_http(settings: Settings, url: str, verb: Verb, ask: Ask, answers: type[A]) -> A:
    from ..security import SecretStore

    assert settings.admin is not None or url
    reference = os.environ.get(TOKEN_VARIABLE) or (settings.admin.token if settings.admin else "")
    token = SecretStore(settings.folder).get(reference) if reference else ""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWER_S)
    try:
        connection.request(*request_of(verb, ask), headers=_headers(token))
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"the hub does not answer at {url} ({type(error).__name__}): is it stopping?") from None
    finally:
        connection.close()
    if response.status != 200:
        raise _refusal(response.status, body)
    return msgspec.json.decode(body, type=answers)


def _headers(token: str) -> dict[str, str]:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    name = actor()
    return headers | {"x-isthmus-actor": name} if name.isascii() else headers


def request_of(verb: Verb, ask: Ask) -> tuple[str, str, bytes | None]:
    """Method, path and body of an ask, as the verb's declaration says."""
    fields: dict[str, Any] = msgspec.to_builtins(ask)
    path = verb.path
    for name in list(fields):
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(str(fields.pop(name)), safe=""))
    if verb.method == "GET":
        query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in fields.items()}
        return "GET", path + (f"?{urlencode(query)}" if query else ""), None
    return "POST", path, msgspec.json.encode(fields)


def _refusal(status: int, body: bytes) -> Exception:
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.MsgspecError:
        return Unavailable(f"something else than a hub answers there (HTTP {status})")
    if status == 503:
        return StorageUnable(problem.problem)
    return IsthmusError(problem.problem) if status == 500 else Misuse(problem.problem)


# ---- in this process


async def _in_process(folder: Path, verb: Verb, ask: Ask) -> Answer:
    from ..observe import Observer
    from ..runtime.hub import open_hub
    from ..runtime.operator import Operator

    settings = load_settings(folder)
    try:
        (settings.data / JOURNAL_FILE).stat()
    except (FileNotFoundError, NotADirectoryError):
        raise Misuse(f"there is no journal in {settings.data}: has the hub run here?") from None
    except OSError as error:
        raise StorageUnable(f"the folder {settings.data} cannot be used: {error.strerror}") from None
    if _locked(settings):
        raise Unavailable("a hub runs on this folder and its API does not answer (yet): try again, or look at its log")
    hub = open_hub(folder, Observer(level="error"))
    operator = Operator(hub)
    try:
        await hub.load_tables()
        return await verb.does(operator, ask, actor())
    finally:
        await operator.close()
        await hub.stop()
