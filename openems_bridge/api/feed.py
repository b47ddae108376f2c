"""The state that clients see, and the events they are told: one writer, any number of subscribers."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from dems_node.json_types import Json, StateDocument
from openems_bridge.store.events import Event

EVENTS_WAITING = 256
MESSAGES_WAITING = 16


@dataclass(slots=True, eq=False)
class Subscription:
    """One subscriber's view: the newest state, and the events that it has not taken yet (bounded)."""

    state: StateDocument
    last_event_id: int
    """The id of the last event before this subscription."""
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    events: deque[Event] = field(default_factory=deque)
    messages: deque[Mapping[str, Json]] = field(default_factory=deque)
    """What is for this client alone and not stored, such as set-points: the newest few."""
    overflowed: bool = False
    """Too many events wait: the subscriber is too slow and has lost some."""
    closed: bool = False
    """Nothing will come any more: the bridge stops, or the client was revoked."""


class StateFeed:
    """Holds the newest state document and tells subscribers. Not thread-safe: for the loop only."""

    def __init__(self, state: StateDocument, last_event_id: int) -> None:
        self._state = state
        self._last_event_id = last_event_id
        self._subscriptions: dict[Subscription, str] = {}

    @property
    def state(self) -> StateDocument:
        """The newest state document."""
        return self._state

    @property
    def last_event_id(self) -> int:
        """The id of the newest event, 0 before the first."""
        return self._last_event_id

    @property
    def subscribers(self) -> int:
        """How many clients follow."""
        return len(self._subscriptions)

    def publish(self, state: StateDocument) -> None:
        """Show a new state to everybody."""
        self._state = state
        for subscription in self._subscriptions:
            subscription.state = state
            subscription.wake.set()

    def announce(self, event: Event) -> None:
        """Tell everybody an event that has been stored."""
        self._last_event_id = event.id
        for subscription in self._subscriptions:
            if len(subscription.events) >= EVENTS_WAITING:
                subscription.overflowed = True
            else:
                subscription.events.append(event)
            subscription.wake.set()

    def tell(self, client_id: str, message: Mapping[str, Json]) -> bool:
        """Tell one client something that is not stored; return whether it is connected."""
        theirs = [one for one, owner in self._subscriptions.items() if owner == client_id and not one.closed]
        for subscription in theirs:
            if len(subscription.messages) >= MESSAGES_WAITING:
                subscription.messages.popleft()
            subscription.messages.append(message)
            subscription.wake.set()
        return bool(theirs)

    def follows(self, client_id: str) -> bool:
        """Return whether a client is connected."""
        return client_id in self._subscriptions.values()

    def subscribe(self, client_id: str) -> Subscription:
        """Return a new subscription of a client; give it back to ``unsubscribe``."""
        subscription = Subscription(self._state, self._last_event_id)
        self._subscriptions[subscription] = client_id
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        self._subscriptions.pop(subscription, None)

    def close(self, client_id: str | None = None) -> None:
        """End the subscriptions of one client, or of all."""
        for subscription, owner in self._subscriptions.items():
            if client_id is None or owner == client_id:
                subscription.closed = True
                subscription.wake.set()
