"""How far a household's membership has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from dems_node.json_types import Json
from dems_protocol.membership import Enrolment, renew_enrolment
from dems_protocol.signatures import Signature
from openems_bridge.ledger.community import Community


class MembershipStatus(StrEnum):
    """As the API shows it (docs/api.md, The ledger)."""

    JOINING = "joining"
    """The enrolment is signed and in the journal; the operator has not confirmed it."""
    WAITING = "waiting"
    MEMBER = "member"
    REFUSED = "refused"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The membership as the journal keeps it.

    ``secret`` is the invitation's, kept only until the operator has the enrolment. ``first_block`` is the chain's head
    when the household joined: what came before does not concern it. ``since_slot`` is the first slot of the meter's
    membership, once the registry says so; ``until_slot`` the first slot after it. ``instance`` names the copy of the
    bridge that signed the enrolment (``ledger.single_writer``).

    ``registered_key`` is the id of the meter's key once the registry was seen to have another one than the enrolment's,
    ``key_since`` the first slot that may be signed with it, and ``key_asked_for`` the slot from which on the operator was
    asked to register this bridge's new key.
    """

    community: Community
    enrolment: Enrolment
    household_signature: Signature
    meter_signature: Signature
    status: MembershipStatus
    reason: str | None = None
    secret: bytes | None = field(default=None, repr=False)
    first_block: int
    since_slot: int | None = None
    until_slot: int | None = None
    leaving: bool = False
    instance: str | None = None
    registered_key: bytes | None = None
    key_since: int | None = None
    key_asked_for: int | None = None

    @property
    def key_id(self) -> bytes:
        """The id of the meter key that the registry was last seen to have; before that, the one of the enrolment."""
        return self.enrolment.key.key_id() if self.registered_key is None else self.registered_key

    @property
    def household(self) -> bytes:
        """The household's account (20 bytes)."""
        return self.enrolment.household

    @property
    def meter(self) -> bytes:
        """The meter's id (32 bytes)."""
        return self.enrolment.meter

    def to_json(self) -> dict[str, Json]:
        """Return it as a JSON document."""
        return {
            "community": self.community.to_json(),
            "enrolment": self.enrolment.encode().hex(),
            "household_signature": self.household_signature.encode().hex(),
            "meter_signature": self.meter_signature.encode().hex(),
            "status": self.status.value,
            "reason": self.reason,
            "secret": None if self.secret is None else self.secret.hex(),
            "first_block": self.first_block,
            "since_slot": self.since_slot,
            "until_slot": self.until_slot,
            "leaving": self.leaving,
            "instance": self.instance,
            "registered_key": None if self.registered_key is None else self.registered_key.hex(),
            "key_since": self.key_since,
            "key_asked_for": self.key_asked_for,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read `to_json`'s output; KeyError, TypeError or ValueError for anything else."""
        secret, registered_key = document["secret"], document.get("registered_key")
        return cls(
            community=Community.from_json(document["community"]),
            enrolment=Enrolment.decode(renew_enrolment(bytes.fromhex(document["enrolment"]))),
            household_signature=Signature.decode(bytes.fromhex(document["household_signature"])),
            meter_signature=Signature.decode(bytes.fromhex(document["meter_signature"])),
            status=MembershipStatus(document["status"]),
            reason=document["reason"],
            secret=None if secret is None else bytes.fromhex(secret),
            first_block=int(document["first_block"]),
            since_slot=document["since_slot"],
            until_slot=document["until_slot"],
            leaving=bool(document["leaving"]),
            instance=document.get("instance"),
            registered_key=None if registered_key is None else bytes.fromhex(registered_key),
            key_since=document.get("key_since"),
            key_asked_for=document.get("key_asked_for"),
        )
