"""What people do to a hub, whether it runs or not: look, resend, mend, redirect, skip, discard, hold, deploy.

An action is first made durable in the journal, with who and why; then the lanes in memory are told. Looks go through a
read-only connection in a thread of its own, so a long search or a recount never holds up a message.

Every look at content (a message, the worklist, a body) leaves a row in the audit before anything is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar, cast

from ..journal import SqliteJournal, audit, operate, proposals, worklist
from ..journal.search import Reader, open_read
from ..kernel.errors import Misuse, PeerFault
from ..ports import Entry
from ..security import Vault
from . import asks, choosing, deploy, looks, mending, table_looks, version_looks
from .hub import Hub
from .replaying import Replaying
from .settings import JOURNAL_FILE

T = TypeVar("T")

AT_ONCE = 200
"""Items that one transaction changes: a few milliseconds of the intake's time."""


class Operator:
    """Acts on one hub; needs its event loop. `close` when done."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._journal = cast(SqliteJournal, hub.journal)  # its verbs for people are not part of the port
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="looks")
        self._reader: Reader | None = None
        self._acting = asyncio.Lock()

    async def close(self) -> None:
        if self._reader is not None:
            await self._in_thread(self._reader.close)
        self._thread.shutdown()

    # ---- looks

    async def look(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a query of `looks` in the reading thread."""
        return await self._in_thread(lambda: function(self._open(), *arguments))

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def _open(self) -> Reader:
        if self._reader is None:
            self._reader = self._fresh()
        return self._reader

    def _fresh(self) -> Reader:
        settings = self.hub.settings
        return open_read(settings.data / JOURNAL_FILE, Vault(self.hub.secrets.get(settings.hub.key)))

    async def find(self, ask: asks.FindMessages, actor: str) -> asks.Messages:
        return await self.look(looks.messages, ask, self.hub.clock.now_ns())

    async def show(self, ask: asks.ShowMessage, actor: str) -> asks.MessageShown:
        shown = await self.look(looks.message, ask.id)
        await self._audited(actor, "show", message=ask.id, reason=ask.reason)
        return shown

    async def parked(self, ask: asks.ListParked, actor: str) -> asks.Parked:
        found = await self.look(looks.parked, ask)
        await self._audited(actor, "list worklist", words={"items": len(found.items)})
        return found

    async def body(self, ask: asks.TakeBody, actor: str) -> asks.Body:
        """The body that a mend of an item would replace, or the one that is proposed."""
        (item,) = await self.look(choosing.items_of, [ask.item])
        body = await self.look(mending.proposed_body if ask.proposed else mending.body_of, item)
        words = {"proposed": True} if ask.proposed else None
        about = {"message": item.message, "delivery": item.delivery}
        await self._audited(actor, "take body", **about, reason=ask.reason, words=words)
        return asks.Body(item=ask.item, body=body)

    async def ledger(self, ask: asks.ReadLedger, actor: str) -> asks.Ledger:
        return await self.look(looks.read_ledger, ask, self.hub.clock.now_ns())

    async def verify(self, ask: asks.VerifyJournal, actor: str) -> asks.Verified:
        # Minutes on a large journal: with a reader and a thread of its own, so that metrics and looks go on.
        return await asyncio.to_thread(self._verified)

    def _verified(self) -> asks.Verified:
        reader = self._fresh()
        try:
            return looks.verified(reader)
        finally:
            reader.close()

    async def audit(self, ask: asks.ReadAudit, actor: str) -> asks.Audit:
        return await self.look(looks.read_audit, ask)

    async def versions(self, ask: asks.ListVersions, actor: str) -> asks.Versions:
        return await self.look(version_looks.versions)

    async def version(self, ask: asks.ShowVersion, actor: str) -> asks.VersionShown:
        shown = await self.look(version_looks.version, ask.version)
        await self._audited(actor, "show version", reason=ask.reason, words={"version": ask.version})
        return shown

    async def status(self, ask: asks.ReadStatus, actor: str) -> asks.Status:
        return looks.status(self.hub)

    async def tables(self, ask: asks.ListTables, actor: str) -> asks.Tables:
        return table_looks.listed(self.hub.plan.tables)

    async def rows(self, ask: asks.ShowRows, actor: str) -> asks.TableRows:
        table = table_looks.named(self.hub.plan.tables, ask.table)
        found = table_looks.rows_of(table, ask)
        if table.personal:
            words = {"table": ask.table, "rows": len(found.rows)}
            await self._audited(actor, "show table rows", reason=ask.reason, words=words)
        return found

    async def missing(self, ask: asks.ListMissing, actor: str) -> asks.Missing:
        found = await self.look(table_looks.missing, ask)
        words = {"codes": len(found.codes)}
        await self._audited(actor, "list missing codes", reason=ask.reason, words=words)
        return found

    async def _audited(
        self,
        actor: str,
        action: str,
        *,
        message: int = 0,
        delivery: int = 0,
        reason: str = "",
        words: dict[str, Any] | None = None,
    ) -> None:
        if not actor.strip():
            raise Misuse("say who asks: the journal keeps it")
        record = partial(
            audit.record,
            actor=actor,
            action=action,
            message=message,
            delivery=delivery,
            reason=reason,
            words=words,
        )
        await self._journal.call(record)

    # ---- the worklist

    async def resend(self, ask: asks.ActOn, actor: str) -> asks.Acted:
        """Parked deliveries wait again, undecided messages are decided again with the flows of today."""

        async def deliveries(ids: Sequence[int]) -> None:
            await self._call(operate.resend, ids, actor, ask.reason, then=self._changed)

        async def messages(ids: Sequence[int]) -> None:
            await self._call(operate.retry_messages, ids, actor, ask.reason)

        return await self._act(ask, deliveries, messages, None, returns=True)

    async def redirect(self, ask: asks.Redirect, actor: str) -> asks.Acted:
        """Parked deliveries go to another destination instead."""
        if ask.to not in self.hub.settings.destinations:
            known = ", ".join(self.hub.settings.destinations) or "none"
            raise Misuse(f"there is no destination {ask.to!r} in hub.toml: there is {known}")

        async def deliveries(ids: Sequence[int]) -> None:
            await self._call(operate.redirect, ids, ask.to, actor, ask.reason, then=self._redirected)

        return await self._act(ask, deliveries, None, None, returns=True)

    async def skip(self, ask: asks.ActOn, actor: str) -> asks.Acted:
        """What need not be done: the lanes go on without it."""
        return await self._give_up(ask, actor, operate.skip, operate.skip_messages)

    async def discard(self, ask: asks.ActOn, actor: str) -> asks.Acted:
        """What must not be done: thrown away, and counted as that."""
        return await self._give_up(ask, actor, operate.discard, operate.discard_messages)

    async def close_tasks(self, ask: asks.ActOn, actor: str) -> asks.Acted:
        """Tasks that are done."""

        async def tasks(items: Sequence[int]) -> None:
            await self._call(operate.close_tasks, items, actor, ask.reason)

        return await self._act(ask, None, None, tasks)

    async def mend(self, ask: asks.Mend, actor: str) -> asks.Acted:
        """A parked delivery or undecided message with a body that a person put right.

        One that changes an amount is only proposed: another person approves it.
        """
        (item,) = await self.look(choosing.items_of, [ask.item])
        change = await self.look(mending.change_of_money, self.hub, item, ask.body)
        if change is not None:
            return await self._propose(ask, item, change, actor)

        async def deliveries(ids: Sequence[int]) -> None:
            await self._call(
                operate.mend, ids[0], ask.body, actor, ask.reason, then=lambda entry: self._changed([entry])
            )

        async def messages(ids: Sequence[int]) -> None:
            await self._require_readable(ids[0], ask.body)
            await self._call(operate.mend_message, ids[0], ask.body, actor, ask.reason)

        on = asks.ActOn(items=[ask.item], reason=ask.reason, despite_newer=ask.despite_newer)
        return await self._act(on, deliveries, messages, None, returns=True)

    async def _propose(self, ask: asks.Mend, item: worklist.Item, change: mending.Change, actor: str) -> asks.Acted:
        mending.require_person(actor)
        if item.kind == "message":
            await self._require_readable(item.message, ask.body)
        await self._call(proposals.propose, ask.item, ask.body, *change, actor, ask.reason)
        why = "it changes an amount: another person has to approve it"
        return asks.Acted(results=[asks.ActedOn(item=ask.item, done=False, proposed=True, why=why)])

    async def approve(self, ask: asks.Approve, actor: str) -> asks.Acted:
        """Carry out the mend that another person proposed for an item."""
        mending.require_person(actor)

        async def deliveries(ids: Sequence[int]) -> None:
            await self._call(
                proposals.approve, ask.item, actor, ask.reason, then=lambda entry: self._changed([cast(Entry, entry)])
            )

        async def messages(ids: Sequence[int]) -> None:
            await self._call(proposals.approve, ask.item, actor, ask.reason)

        on = asks.ActOn(items=[ask.item], reason=ask.reason, despite_newer=ask.despite_newer)
        return await self._act(on, deliveries, messages, None, returns=True)

    async def refuse(self, ask: asks.Refuse, actor: str) -> asks.Acted:
        """Set aside the mend that was proposed for an item, which stays open as it is."""
        await self._call(proposals.refuse, ask.item, actor, ask.reason)
        return asks.Acted(results=[asks.ActedOn(item=ask.item, done=True)])

    async def _require_readable(self, message: int, body: bytes) -> None:
        source = (await self.look(looks.message, message)).source
        endpoint = self.hub.settings.sources.get(source)
        try:
            if endpoint:
                self.hub.plan.reader(source, endpoint.shared.format)(body)
        except PeerFault as fault:
            raise Misuse(f"the mended body would be refused: {fault}") from None

    async def _give_up(self, ask: asks.ActOn, actor: str, on_deliveries: Any, on_messages: Any) -> asks.Acted:
        async def deliveries(ids: Sequence[int]) -> None:
            await self._call(on_deliveries, ids, actor, ask.reason, then=self._changed)

        async def messages(ids: Sequence[int]) -> None:
            await self._call(on_messages, ids, actor, ask.reason)

        return await self._act(ask, deliveries, messages, None)

    async def _act(
        self,
        ask: asks.ActOn,
        deliveries: Callable[[Sequence[int]], Any] | None,
        messages: Callable[[Sequence[int]], Any] | None,
        tasks: Callable[[Sequence[int]], Any] | None,
        *,
        returns: bool = False,
    ) -> asks.Acted:
        """Sort items by kind and act on each kind. `returns`: they go out (again), so what newer went out is asked for."""
        if not ask.reason.strip():
            raise Misuse("give a reason: the journal keeps it")
        wanted = list(dict.fromkeys(ask.items))
        async with self._acting:  # one person at a time: the second finds what the first has left
            found = {item.id: item for item in await self.look(choosing.items_of, wanted)}
            newer = (
                await self.look(choosing.newer_of, list(found.values())) if returns and not ask.despite_newer else {}
            )
            by_kind = {"delivery": deliveries, "message": messages, "task": tasks}
            results: dict[int, asks.ActedOn] = {}
            for kind, act in by_kind.items():
                items = [item for item in found.values() if item.kind == kind and not newer.get(item.id)]
                if act is None:
                    results |= {one.id: asks.ActedOn(item=one.id, done=False, why=_NOT_FOR[kind]) for one in items}
                    continue
                for at in range(0, len(items), AT_ONCE):
                    page = items[at : at + AT_ONCE]
                    await act([_subject(item) for item in page])
                    results |= {one.id: asks.ActedOn(item=one.id, done=True) for one in page}
            if any(item.kind == "message" for item in found.values()):
                await self.hub.undecided.reconsider()
        for id, went in newer.items():
            if went:
                why = "newer of its lane went out already: agree with despite_newer"
                results[id] = asks.ActedOn(item=id, done=False, why=why, newer=tuple(went))
        return asks.Acted(results=[results[id] for id in wanted])

    async def _call(self, verb: Callable[..., T], *arguments: Any, then: Callable[[T], None] | None = None) -> T:
        """Run a verb; `then` tells the lanes in memory, in the order of the commits."""
        return await self._journal.call(lambda batch: verb(batch, *arguments), then)

    def _changed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            outbox = self.hub.outboxes.get(entry.destination)
            if outbox is not None:
                outbox.changed(entry)

    def _redirected(self, pairs: Sequence[tuple[Entry, Entry]]) -> None:
        self._changed([old for old, _ in pairs])
        for _, new in pairs:
            self.hub.offer(new)

    # ---- replay

    async def replay(self, ask: asks.Replay, actor: str) -> asks.Replayed:
        """Recorded messages again through the live flows, to the destinations named; never to a process."""
        async with self._acting:
            replayed = await Replaying(self.hub, self.look, ask).run()
            if not ask.dry_run and not replayed.refused:
                chosen = {name: value for name in ask.__struct_fields__ if (value := getattr(ask, name))}
                await self._audited(actor, "replay", reason=ask.reason, words=chosen | {"messages": replayed.messages})
            return replayed

    # ---- destinations and flows

    async def hold(self, ask: asks.Hold, actor: str) -> asks.Held:
        """Send nothing more to a destination: for a cut-over, or while it is mended. Until the hub stops."""
        return await self._hold(ask, actor, held=True)

    async def release(self, ask: asks.Hold, actor: str) -> asks.Held:
        """Send to a destination again."""
        return await self._hold(ask, actor, held=False)

    async def _hold(self, ask: asks.Hold, actor: str, *, held: bool) -> asks.Held:
        outbox = self.hub.outboxes.get(ask.destination)
        if outbox is None:
            raise Misuse(f"there is no destination {ask.destination!r}: there is {', '.join(self.hub.outboxes)}")
        await self._audited(
            actor, "hold" if held else "release", reason=ask.reason, words={"destination": ask.destination}
        )
        outbox.hold(held)
        return asks.Held(destination=ask.destination, held=outbox.held, in_memory=len(outbox.lanes))

    async def deploy(self, ask: asks.Deploy, actor: str) -> asks.Deployed:
        """Read one flow's file again and put it live."""
        async with self._acting:
            deployed = await deploy.deploy(self.hub, self.look, ask.flow)
            if deployed.changed:
                words = {"flow": deployed.flow, "before": deployed.before, "version": deployed.version}
                await self._audited(actor, "deploy", reason=ask.reason, words=words)
            return deployed

    async def deploy_changed(self, actor: str) -> list[asks.Deployed]:
        """Deploy the tables and every flow whose file is another than the one that runs."""
        names = [flow.name for flow in self.hub.plan.flows]
        if self.hub.plan.tables:
            names.insert(0, deploy.TABLES)
        deployed = [await self.deploy(asks.Deploy(flow=name), actor) for name in names]
        return [one for one in deployed if one.changed]


_NOT_FOR = {
    "delivery": "this is for messages and tasks, and the item is a delivery",
    "message": "this is for deliveries, and the item is a message that could not be decided: resend, mend, skip or discard it",
    "task": "this is a task: close it when it is done",
}


def _subject(item: worklist.Item) -> int:
    """What the journal's verbs call an item by."""
    return {"delivery": item.delivery, "message": item.message, "task": item.id}[item.kind]
