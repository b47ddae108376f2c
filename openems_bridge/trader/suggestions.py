"""What the operator suggests for the battery, checked against the household's own result, and the owner's choice. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dems_node.json_types import Json, Section
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import GridEnergy, SelfConsumption, Target
from openems_bridge.trader.settings import DispatchChoice


class Action(StrEnum):
    """What is suggested. ``none`` is the dummy that every battery household gets."""

    NONE = "none"
    SELF_CONSUMPTION = "self_consumption"
    DELIVER = "deliver"
    TAKE = "take"


class SuggestionState(StrEnum):
    """What became of a suggestion (docs/api.md)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FOLLOWING = "following"
    DONE = "done"
    EXPIRED = "expired"
    IGNORED = "ignored"


OPEN = frozenset({SuggestionState.PENDING, SuggestionState.ACCEPTED, SuggestionState.FOLLOWING})


@dataclass(frozen=True, slots=True)
class SuggestionReason:
    """Why: a stable code with its parameters."""

    code: str
    params: Mapping[str, Json] = field(default_factory=dict)

    def section(self) -> Section:
        """Return it as the API shows it."""
        return {"code": self.code, "params": dict(self.params)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A decrypted suggestion: Wh at the meter in the slot (+ fed in), at a price (micro-units/kWh), for an order."""

    slot: int
    action: Action
    energy: int
    price: int
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A suggestion as the journal keeps it.

    ``energy`` is what is followed, Wh >= 0: never more than the household's own result; ``gain`` micro-units against the
    utility's price. ``question`` is the id under which it is accepted or rejected, with its neighbours.
    """

    slot: int
    question: str
    action: Action
    energy: int
    price: int
    gain: int
    order_hash: bytes
    state: SuggestionState
    reason: SuggestionReason
    at: float

    @property
    def id(self) -> str:
        """What people call it."""
        return f"s{self.slot}"

    def section(self, grid: SlotGrid) -> Section:
        """Return it as the API shows it."""
        return {
            "id": self.id,
            "question": self.question,
            "slot": self.slot,
            "from": grid.start(self.slot),
            "to": grid.end(self.slot),
            "action": self.action.value,
            "energy": self.energy,
            "gain": self.gain,
            "state": self.state.value,
            "expires_at": grid.end(self.slot),
            "reason": self.reason.section(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnResult:
    """What this household's verified result says of a slot: Wh bought and sold, and of these the battery's share."""

    bought: int
    sold: int
    battery_bought: int
    battery_sold: int
    price: int
    utility_sell: int
    utility_buy: int
    orders: frozenset[bytes]


def judge(
    proposal: Proposal,
    result: OwnResult | None,
    choice: DispatchChoice,
    now: float,
    *,
    is_quiet: bool = False,
) -> Suggestion | None:
    """Return what becomes of a proposal, None for a dummy.

    It may not ask for more than the own verified result has contracted, at no other price, for no other order: else it is
    kept as ignored, with the reason. A suggestion of self-consumption asks for nothing of the market. In quiet hours
    nobody is asked.
    """
    if proposal.action is Action.NONE:
        return None
    reason, energy, gain = _checked(proposal, result)
    if is_quiet and choice is DispatchChoice.ASK and reason.code not in _REFUSED:
        reason = SuggestionReason("quiet_hours")
    state = {
        DispatchChoice.IGNORE: SuggestionState.IGNORED,
        DispatchChoice.ASK: SuggestionState.PENDING,
        DispatchChoice.FOLLOW: SuggestionState.ACCEPTED,
    }[choice]
    if reason.code in _REFUSED:
        state = SuggestionState.IGNORED
    return Suggestion(
        slot=proposal.slot,
        question=f"q{proposal.slot}",
        action=proposal.action,
        energy=energy,
        price=proposal.price,
        gain=gain,
        order_hash=proposal.order_hash,
        state=state,
        reason=reason,
        at=now,
    )


_REFUSED = frozenset({"quiet_hours", "not_verified", "other_order", "other_price", "nothing_contracted"})


def _checked(proposal: Proposal, result: OwnResult | None) -> tuple[SuggestionReason, int, int]:
    if proposal.action is Action.SELF_CONSUMPTION:
        return SuggestionReason("nothing_sold"), 0, 0
    if result is None:
        return SuggestionReason("not_verified"), 0, 0
    if proposal.order_hash not in result.orders:
        return SuggestionReason("other_order"), 0, 0
    if proposal.price != result.price:
        params: dict[str, Json] = {"suggested": proposal.price, "cleared": result.price}
        return SuggestionReason("other_price", params), 0, 0
    if proposal.action is Action.DELIVER:
        most, spread, code = result.sold, result.price - result.utility_buy, "sold_from_battery"
    else:
        most, spread, code = result.bought, result.utility_sell - result.price, "bought_for_battery"
    energy = min(abs(proposal.energy), most)
    if energy == 0:
        return SuggestionReason("nothing_contracted"), 0, 0
    return SuggestionReason(code), energy, energy * spread // 1000


def bundle(new: Suggestion, neighbours: Sequence[Suggestion], longest: int) -> Suggestion:
    """Return a new suggestion as part of its neighbour's question, where there is one to be answered together.

    Consecutive slots are one question, which is answered once: what was said to the slot before holds for the next one,
    for ``longest`` slots at most. A question that nobody answered in time is asked anew.
    """
    if new.state is not SuggestionState.PENDING:
        return new
    for other in neighbours:
        if abs(other.slot - new.slot) != 1 or other.action is not new.action:
            continue
        size = sum(one.question == other.question for one in neighbours)
        decided = _INHERITED.get(other.state)
        if decided is not None and size < longest:
            return replace(new, question=other.question, state=decided)
    return new


_INHERITED = {
    SuggestionState.PENDING: SuggestionState.PENDING,
    SuggestionState.ACCEPTED: SuggestionState.ACCEPTED,
    SuggestionState.FOLLOWING: SuggestionState.ACCEPTED,
    SuggestionState.DONE: SuggestionState.ACCEPTED,
    SuggestionState.REJECTED: SuggestionState.REJECTED,
}


def target_of(suggestion: Suggestion) -> Target:
    """Return what the dispatcher is asked: an exchange at the meter in the slot, the loop closed on its counters."""
    match suggestion.action:
        case Action.DELIVER:
            return GridEnergy(-suggestion.energy, suggestion.slot)
        case Action.TAKE:
            return GridEnergy(suggestion.energy, suggestion.slot)
        case _:
            return SelfConsumption()


def outcome(
    suggestion: Suggestion, withdrawal: int | None, feed_in: int | None, soc: int | None, reserve: int
) -> SuggestionReason:
    """Return what came of a suggestion that was followed, from the slot's reading.

    Wh at the meter; ``soc`` and ``reserve`` in %: a battery at its reserve explains what is missing, else the household's own
    load or a limit took it.
    """
    got = feed_in if suggestion.action is Action.DELIVER else withdrawal
    if suggestion.action in {Action.SELF_CONSUMPTION, Action.NONE}:
        return SuggestionReason("followed")
    if got is None:
        return SuggestionReason("not_measured")
    params: dict[str, Json] = {"delivered": got, "asked": suggestion.energy}
    if got >= suggestion.energy * 95 // 100:
        return SuggestionReason("delivered", params)
    if suggestion.action is Action.DELIVER and soc is not None and soc <= reserve + 1:
        return SuggestionReason("battery_empty", {**params, "soc": soc})
    if suggestion.action is Action.DELIVER and withdrawal:
        return SuggestionReason("own_load", {**params, "withdrawal": withdrawal})
    if suggestion.action is Action.TAKE and soc is not None and soc >= 99:
        return SuggestionReason("battery_full", {**params, "soc": soc})
    return SuggestionReason("limited", params)
