"""How a household's reading of a slot stands, and whether it has to go on chain directly. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dems_node.json_types import Json
from dems_protocol.commitments import Pedersen, Register
from dems_protocol.leaves import MeterRecord
from dems_protocol.readings import find_opening_faults, find_reading_faults
from dems_protocol.signatures import is_signed_by
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.ledger.chain_events import SlotOnChain
from openems_bridge.ledger.community import Terms
from openems_bridge.ledger.own_reading import Delivery, OwnReading
from openems_bridge.ledger.slot_phase import ChainHead, is_includable
from openems_bridge.ledger.verdicts import CheckedStatement

ROLLING_CACHE_SLOTS = 4
"""For so many slots after its own a reading that did not get through is sent again at once and often."""
LAST_DAY_SECONDS = 86_400
"""Without a statement nothing is lost by waiting: so long before none can come any more a reading is included."""


class AnchorStatus(StrEnum):
    """As the API shows it (docs/api.md, The ledger)."""

    WAITING = "waiting"
    RECEIVED = "received"
    PUBLISHED = "published"
    VERIFIED = "verified"
    LATE = "late"
    INCLUDED = "included"
    REFUSED = "refused"
    EXCLUDED = "excluded"
    NOT_VERIFIED = "not_verified"


@dataclass(frozen=True, slots=True)
class AnchorReason:
    """Why a reading stands so: a code with its parameters."""

    code: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Anchoring:
    """How a reading stands."""

    status: AnchorStatus
    reason: AnchorReason | None = None


def anchoring_of(own: OwnReading, chain: SlotOnChain, checked: CheckedStatement | None) -> Anchoring:
    """Return how a reading stands. ``checked`` is the verdict on the slot's current statement, None before there is one."""
    if chain.inclusion_of(own.reading.meter) is not None:
        return Anchoring(AnchorStatus.INCLUDED)
    if chain.publication is not None and checked is not None:
        return _checked(own, checked)
    if own.delivery is Delivery.REFUSED:
        return _refused(own)
    if own.delivery is Delivery.LATE:
        return Anchoring(AnchorStatus.LATE)
    if chain.publication is not None:
        return Anchoring(AnchorStatus.PUBLISHED)
    reason = None
    if chain.voids:
        reason = AnchorReason("voided", {"finding": chain.voids[-1].name.lower()})
    if own.delivery is Delivery.RECEIVED:
        return Anchoring(AnchorStatus.RECEIVED, reason)
    return Anchoring(AnchorStatus.WAITING, reason)


def _checked(own: OwnReading, checked: CheckedStatement) -> Anchoring:
    if not checked.verified:
        fault = checked.findings[0]
        excluded = fault.code == "excluded"
        status = AnchorStatus.EXCLUDED if excluded else AnchorStatus.NOT_VERIFIED
        return Anchoring(status, AnchorReason(fault.code, fault.params))
    if checked.own is not None:
        return Anchoring(AnchorStatus.VERIFIED)
    if own.delivery is Delivery.REFUSED:
        return _refused(own)
    return Anchoring(AnchorStatus.LATE)


def _refused(own: OwnReading) -> Anchoring:
    refusal = own.refusal
    reason = None if refusal is None else AnchorReason(refusal.code.replace("-", "_"), refusal.params)
    return Anchoring(AnchorStatus.REFUSED, reason)


def wants_inclusion(
    own: OwnReading, chain: SlotOnChain, checked: CheckedStatement | None, terms: Terms, head: ChainHead
) -> bool:
    """Say whether a reading should be included directly now, which costs gas and a deposit.

    It should if the operator had it in time, or refused it without cause or did not answer, and published a statement
    without it; and, where there is no statement at all, on the last day on which it is possible. A reading that the
    household itself sent too late takes no part in the netting and is not included.
    """
    if chain.inclusion_of(own.reading.meter) is not None or not is_includable(chain, terms, head):
        return False
    if own.delivery in {Delivery.LATE, Delivery.SUPERSEDED} or not _was_in_time(own, terms):
        return False
    if own.refusal is not None and own.refusal.justified:
        return False
    if chain.publication is not None:
        return checked is not None and _is_left_out(checked, chain.publication.published_at, terms, head)
    last_day = min(LAST_DAY_SECONDS, terms.publish_limit_seconds // 4)
    return not chain.voids and head.time >= terms.limit_at(own.slot) - last_day


def _is_left_out(checked: CheckedStatement, published_at: int, terms: Terms, head: ChainHead) -> bool:
    """Say whether the reading is surely not in the statement, or nobody can see for half of the challenge window.

    Where the operator serves other leaves than it published, or none, the reading may be in it all the same, and a direct
    inclusion would cost its deposit: so the demand that was made meanwhile has time to be answered.
    """
    if checked.own is not None:
        return False
    unseen = {"withheld", "other_leaves", "wrong_count", "wrong_leaf"}
    if all(fault.code not in unseen for fault in checked.findings):
        return True
    return head.time >= published_at + terms.challenge_seconds // 2


def _was_in_time(own: OwnReading, terms: Terms) -> bool:
    if own.received_at is not None:
        return True
    return own.tried_at is not None and own.tried_at < terms.due_at(own.slot)


def is_refusal_justified(
    code: str,
    params: Mapping[str, Json],
    own: OwnReading,
    record: MeterRecord | None,
    *,
    pedersen: Pedersen,
    domain: LedgerDomain,
    terms: Terms,
    battery_power: int,
) -> bool:
    """Say whether this household finds the operator's reason true, by the chain's registry and its own checks.

    What only the operator can know (the connection's limit, the order of arrival) counts as true: the contract would not
    decide on it either.
    """
    if record is None:
        return True
    match code:
        case "not-registered":
            return False
        case "wrong-key":
            return record.key.key_id() != own.reading.key
        case "bad-signature":
            digest = domain.digest(own.hash)
            return not is_signed_by(record.key, digest, own.signature)
        case "bad-point":
            return bool(find_reading_faults(own.reading))
        case "bad-opening" | "out-of-range":
            return bool(find_opening_faults(pedersen, own.reading, own.openings))
        case "above-plant":
            return _is_above_plant(params.get("register"), own, record.plant_power, battery_power, terms)
        case "broken-chain" | "older-revision" | "too-late" | "wrong-slot":
            return True
        case _:
            return False


def _is_above_plant(
    register: Json, own: OwnReading, plant_power: int, battery_power: int, terms: Terms
) -> bool:
    generation = own.openings[Register.GENERATION].value
    feed_in = own.openings[Register.FEED_IN_DELIVERED].value + own.openings[Register.FEED_IN_REST].value
    hours = terms.slot_seconds / 3600
    if register == "generation":
        return generation > plant_power * hours
    if isinstance(register, str) and register.startswith("feed_in"):
        return feed_in > (plant_power + battery_power) * hours
    return True
