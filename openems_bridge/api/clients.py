"""Who may speak to the bridge: paired clients, known by the hash of their token."""

import hashlib
import hmac
import logging
import secrets
from dataclasses import replace
from typing import Self

from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from openems_bridge.store import clients, events
from openems_bridge.store.clients import Client

_LOGGER = logging.getLogger(__name__)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token. It has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


class Clients:
    """The paired clients, in memory as in the store."""

    def __init__(self, database: Database, clock: Clock, known: list[Client]) -> None:
        self._database = database
        self._clock = clock
        self._clients = {client.id: client for client in known if client.revoked_at is None}

    @classmethod
    async def load(cls, database: Database, clock: Clock) -> Self:
        """Return the clients that the store knows."""
        return cls(database, clock, list(await database.run(clients.everyone)))

    def listed(self) -> list[Client]:
        """Return the clients that are not revoked, oldest first."""
        return sorted(self._clients.values(), key=lambda client: client.created_at)

    def recognise(self, token: str) -> Client | None:
        """Return whose token this is, in a time that does not tell how close a guess was."""
        presented = token_hash(token)
        found = None
        for client in self._clients.values():
            if hmac.compare_digest(client.token_hash, presented):
                found = client
        return found

    async def add(self, name: str) -> tuple[Client, str]:
        """Return a new client and its token, which is kept nowhere. What happened before is not its business.

        Raises StoreError.
        """
        token = secrets.token_urlsafe(32)
        client = Client(
            id=secrets.token_hex(8),
            name=name,
            token_hash=token_hash(token),
            created_at=self._clock.utc(),
            acknowledged_event=await self._database.run(events.last_id),
        )
        await self._database.run(clients.add, client)
        self._clients[client.id] = client
        return client, token

    async def seen(self, client: Client) -> None:
        """Note that a client spoke; to the disk at most daily. A full disk does not keep anybody from asking."""
        now = self._clock.utc()
        day = clients.SEEN_EVERY.total_seconds()
        if client.last_seen_at is not None and abs(now - client.last_seen_at) < day:
            return
        self._clients[client.id] = replace(client, last_seen_at=now)
        try:
            await self._database.run(clients.saw, client.id, now)
        except StoreError as error:
            _LOGGER.debug("Not noted that client %s was seen: %s", client.id, error)

    async def acknowledge(self, client_id: str, event_id: int) -> None:
        """Note, on the disk, that a client has every event up to this id; a lower id changes nothing.

        Raises StoreError.
        """
        known = self._clients.get(client_id)
        if known is None or (known.acknowledged_event or 0) >= event_id:
            return
        await self._database.run(clients.acknowledge, client_id, event_id)
        current = self._clients.get(client_id)
        if current is not None:
            self._clients[client_id] = replace(current, acknowledged_event=event_id)

    async def revoke(self, client_id: str) -> bool:
        """Never accept a client's token again; False if there is none of this id. On the disk before it is said."""
        if client_id not in self._clients:
            return False
        await self._database.run(clients.revoke, client_id, self._clock.utc())
        self._clients.pop(client_id, None)
        return True
