"""Redeploying one flow, or the reference tables, while the hub runs.

    check the folder --> same version? --> lane or source changed? drain first --> swap

Undecided messages use the new version from then on; what was decided stays as it was decided. A flow that `isthmus check`
finds wrong never becomes live. The version is the hash of the flow's file and of the hub's modules that it imports; its text
is stored with the first decision that it makes (`versions.py`).
Tables are deployed all at once, under the name `tables`, and with every flow whose file has changed: steps and decisions
after that look things up in the new rows, also those of processes that go on running.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from ..flows import Flow
from ..journal.view import View
from ..kernel.errors import Misuse
from . import asks
from .hub import Hub
from .lint import Subject, findings_of
from .tables import put_tables
from .versions import stated

DRAIN_S = 30.0
LOOK_S = 0.05

TABLES = "tables"
"""What the tables are called where a flow's name is asked for."""

Look = Callable[..., Awaitable[Any]]


async def deploy(hub: Hub, look: Look, name: str) -> asks.Deployed:
    """Raises `Misuse` when the flow is not there, has errors, or cannot be drained in time."""
    if name == TABLES:
        deployed = deploy_tables(hub)
        await hub.keep_texts()
        return deployed
    held = next((flow for flow in hub.plan.flows if flow.name == name), None)
    fresh, subject = loaded(hub.settings.folder, name)
    if held is None:
        raise Misuse(f"flow {name} was not there when the hub started: a new flow needs `isthmus run` again")
    before, version = hub.plan.version(name), stated(fresh).version
    if before == version:
        return asks.Deployed(flow=name, before=before, version=version, changed=False)
    if fresh.source != held.source:
        raise Misuse(f"flow {name} changes its source from {held.source} to {fresh.source}: start the hub again")
    new = sorted(one.name for one in subject.reference_tables if one.fed and one.name not in hub.feeds)
    if new:
        raise Misuse(f"the table {new[0]} is fed by messages and is new: start the hub again")
    if bool(fresh.each) != bool(held.each):
        raise Misuse(f"flow {name} begins or ceases to work files off piece by piece: start the hub again")
    put_tables(subject.folder, subject.reference_tables, hub.plan.tables)
    if fresh.lane != held.lane:
        await _drained(hub, look, held, partial(hub.plan.replace, name, fresh, subject.reference_tables))
    else:
        hub.plan.replace(name, fresh, subject.reference_tables)
    try:
        hub.plan.reload_tables(hub.settings.folder)
    finally:
        await hub.keep_texts()
    return asks.Deployed(flow=name, before=before, version=version, changed=True)


def deploy_tables(hub: Hub) -> asks.Deployed:
    """Raises `Misuse` with everything that is wrong in the files: then the old rows stay."""
    if not hub.plan.tables:
        raise Misuse('no flow declares a table: NAME = table("NAME", key=...)')
    before = hub.plan.tables_version
    hub.plan.reload_tables(hub.settings.folder)
    version = hub.plan.tables_version
    return asks.Deployed(flow=TABLES, before=before, version=version, changed=before != version)


def loaded(folder: Path, name: str) -> tuple[Flow, Subject]:
    """The flow as its file says now. Raises `Misuse` with the errors that stand in its file."""
    forget(folder)
    subject = Subject(folder)
    flow = next((flow for flow in subject.flows if flow.name == name), None)
    file = None if flow is None else subject.relative(flow.place.file)
    errors = [
        f"{one.file}:{one.line}: {one.what}: {one.mend}"
        for one in findings_of(subject)
        if one.level == "error" and (file is None or one.file == file)
    ]
    if errors:
        raise Misuse("the flow is not deployed:\n" + "\n".join(errors))
    if flow is None:
        raise Misuse(f"no file of {folder / 'flows'} holds a flow named {name!r}")
    return flow, subject


def forget(folder: Path) -> None:
    """Modules of the hub's folder are read again when they are imported next; what runs keeps those it has."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(folder.resolve()):
            del sys.modules[name]


async def _drained(hub: Hub, look: Look, held: Flow, swap: Callable[[], None]) -> None:
    """Two lanes of one patient must not run side by side: what came in under the old key goes out first."""
    source = hub.sources[held.source]
    source.pause()
    try:
        async with asyncio.timeout(DRAIN_S):
            while await look(_under_way, held.source):  # noqa: ASYNC110 - the journal has no event to wait for
                await asyncio.sleep(LOOK_S)
        swap()
    except TimeoutError:
        raise Misuse(
            f"flow {held.name} changes its lane, and what came in before is not out after {DRAIN_S:g} s: "
            "look at `isthmus parked` and at what its destinations wait for, then deploy again"
        ) from None
    finally:
        source.resume()


def _under_way(view: View, source: str) -> bool:
    """Whether something of a source waits to be decided or delivered."""
    view.load_names()
    party = view.names.get(("source", source))
    return bool(
        view.one("select 1 from message where decision = 0 and source = ? limit 1", (party,))
        or view.one(
            "select 1 from delivery d join message m on m.id = d.message "
            "where d.state = 0 and d.due_ns = 0 and m.source = ? limit 1",
            (party,),
        )
    )
