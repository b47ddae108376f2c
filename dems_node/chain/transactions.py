"""The words of the performer: what is wanted, how far it has come, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dems_node.chain.values import Fees
from dems_node.json_types import Json


class State(StrEnum):
    """How far a transaction has come."""

    QUEUED = "queued"
    """Wanted; nothing is signed yet."""
    SENT = "sent"
    """Signed and stored, handed in or about to be; it may come into a block at any time."""
    MINED = "mined"
    """In a block that a reorganisation may still take away."""
    FINAL = "final"
    """In a block with enough blocks on top, and it did what it should."""
    REVERTED = "reverted"
    """In a block with enough blocks on top, but the contract refused: it changed nothing but the fee."""
    REFUSED = "refused"
    """The contract would have refused, so it was never signed."""


ENDED = (State.FINAL, State.REVERTED, State.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A call of a contract that must happen once.

    ``key`` names it for good: asking again with the same key is harmless. ``subject`` is what a person reads about it.
    ``value`` is in wei. ``gas`` is a limit to use instead of the estimate.
    """

    key: str
    to: bytes
    data: bytes
    subject: str
    value: int = 0
    gas: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Signed bytes of a transaction. Those of one transaction share its nonce, so that at most one gets into the chain.

    ``gas`` is the limit, ``signed_at`` UTC s, ``signed_block`` the newest block then.
    """

    hash: bytes
    raw: bytes
    fees: Fees
    gas: int
    signed_at: float
    signed_block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """An intent and what became of it. ``id`` grows in the order of asking; ``attempts`` are oldest first."""

    id: int
    intent: Intent
    state: State
    nonce: int | None
    attempts: tuple[Attempt, ...]
    block_number: int | None
    block_hash: bytes | None
    transaction_hash: bytes | None
    fee: int | None
    """Wei that it did cost, once it is in a block."""
    error: Mapping[str, Json] | None
    """``{"name", "arguments", "text"}`` of the contract's refusal."""
    created_at: float


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way of the account's transactions, as a stable code with its parameters.

    ``unreachable``; ``wrong_chain``; ``balance_low`` (balance, needed, in wei as texts); ``stuck`` (nonce, max_fee): the
    fee has reached its cap; ``node_refused`` (message); ``second_writer`` (expected, found): somebody else uses the
    account; ``chain_behind`` (expected, found): the chain knows fewer transactions of the account than it did;
    ``store`` (message).
    """

    code: str
    params: Mapping[str, Json] = field(default_factory=dict)


class Link(StrEnum):
    """Whether the chain can be reached."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    WRONG_CHAIN = "wrong_chain"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformerState:
    """A performer as a person sees it. ``balance`` in wei; ``waiting`` are transactions that have not ended."""

    link: Link = Link.CONNECTING
    balance: int | None = None
    waiting: int = 0
    problem: Problem | None = None


class IntentConflict(Exception):
    """A key was used before for something else. Nothing was changed."""
