"""The events. The class name is the log line's name and the metric's label; the fields are safe to show: names of the
configuration, numbers, codes, and texts that were written by the hub.

An event that opens an incident names its cause; the one that closes it names the same. However often a cause occurs,
one incident is open.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

Level = Literal["debug", "info", "warning", "error"]


class Event(msgspec.Struct, frozen=True):
    level: ClassVar[Level] = "info"

    @property
    def opens(self) -> str | None:
        """The incident that this event opens or adds to."""
        return None

    @property
    def closes(self) -> str | None:
        """The incident that this event ends."""
        return None


class HubStarted(Event, frozen=True):
    """The hub is ready."""

    hub: str
    ready_s: float


class HubStopped(Event, frozen=True):
    """The hub has stopped; what waits goes on at the next start."""

    hub: str
    waiting: int


class SourceOpened(Event, frozen=True):
    """A source listens or polls."""

    source: str


class SourceFailed(Event, frozen=True):
    """A source could not be opened."""

    level = "error"
    source: str
    cause: str

    @property
    def opens(self) -> str:
        return f"source {self.source}"


class SourceTroubled(Event, frozen=True):
    """A source could not look for its messages (a server or folder that is away, a login that is refused): it goes on looking."""

    level = "warning"
    source: str
    cause: str

    @property
    def opens(self) -> str:
        return f"source {self.source}"


class SourceRecovered(Event, frozen=True):
    """A source that could not look for its messages has looked again."""

    source: str

    @property
    def closes(self) -> str:
        return f"source {self.source}"


class MessageRefused(Event, frozen=True):
    """A frame was refused: malformed, too large, or not of a type that the source takes."""

    level = "warning"
    source: str
    cause: str


class ControlIdReused(Event, frozen=True):
    """A sender used the control id of an accepted message for other bytes; it was processed."""

    level = "warning"
    source: str


class ApplicationAckNotSent(Event, frozen=True):
    """A sender asked for an application acknowledgement as a message of its own; its source has no `application_ack_to`."""

    level = "warning"
    source: str


class DecisionParked(Event, frozen=True):
    """A flow could not decide a message: it is on the worklist."""

    level = "error"
    source: str
    code: str
    cause: str


class DecisionSlow(Event, frozen=True):
    """A flow took longer than a decision may take."""

    level = "warning"
    source: str
    type: str
    ms: int


class LookupFellBack(Event, frozen=True):
    """A system did not answer a look-up in time: the message was decided on the fallback that its flow declares."""

    level = "warning"
    lookup: str
    destination: str
    cause: str


class DestinationPaused(Event, frozen=True):
    """A destination cannot be reached: its lanes pause, nothing parks."""

    level = "warning"
    destination: str
    cause: str

    @property
    def opens(self) -> str:
        return f"destination {self.destination}"


class DestinationResumed(Event, frozen=True):
    """A destination is back."""

    destination: str

    @property
    def closes(self) -> str:
        return f"destination {self.destination}"


class DeliveryRetried(Event, frozen=True):
    """A delivery failed and will be tried again in its lane."""

    level = "debug"
    destination: str
    code: str
    attempt: int
    delay_s: float


class DeliveryParked(Event, frozen=True):
    """A delivery waits for a person."""

    level = "error"
    destination: str
    code: str
    delivery: int
    cause: str


class StorageFailed(Event, frozen=True):
    """The journal cannot write: intake stands still, nothing is acknowledged."""

    level = "error"
    cause: str

    @property
    def opens(self) -> str:
        return "storage"


class StorageRecovered(Event, frozen=True):
    """The journal writes again: intake goes on."""

    @property
    def closes(self) -> str:
        return "storage"


class ApiRefused(Event, frozen=True):
    """Somebody called the API without its token."""

    level = "warning"
    peer: str


class FlowDeployed(Event, frozen=True):
    """A flow's new version is live."""

    flow: str
    version: str


class TableChanged(Event, frozen=True):
    """Messages changed a reference table: decisions from now on look into its new rows."""

    table: str
    version: str
    keys: int


class DeployRefused(Event, frozen=True):
    """A flow was not deployed: it is wrong, or could not be drained."""

    level = "error"
    cause: str


class Defect(Event, frozen=True):
    """Something in the hub itself failed in a way that nobody foresaw."""

    level = "error"
    where: str
    kind: str


def catalogue() -> list[type[Event]]:
    """All events, for the reference page and the metrics."""
    return sorted(Event.__subclasses__(), key=lambda one: one.__name__)
