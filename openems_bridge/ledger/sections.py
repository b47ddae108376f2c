"""The ledger's sections of the state document (docs/api.md, The ledger). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dems_node.json_types import Json, Section
from openems_bridge.ledger.certificates import Account, certificates_json
from openems_bridge.ledger.membership_state import Membership, MembershipStatus
from openems_bridge.ledger.settlement import Settlement
from openems_bridge.ledger.slot_keeper import SlotView
from openems_bridge.ledger.verdicts import CheckedStatement, FoundFault


@dataclass(frozen=True, slots=True)
class LedgerProblem:
    """What stands in the way: a stable code with its parameters."""

    code: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """All that the sections tell, at one moment.

    ``operator`` and ``chain`` are ``connecting``, ``connected``, ``lost`` or ``wrong_chain``; ``balance`` in wei; ``late``
    counts the readings of the last seven days that took no part in their netting.
    """

    membership: Membership
    operator: str = "connecting"
    chain: str = "connecting"
    balance: int | None = None
    pending_transactions: int = 0
    read_only: bool = False
    key_backed_up: bool = False
    problem: LedgerProblem | None = None
    last: SlotView | None = None
    waiting: int = 0
    late: int = 0
    last_verified_slot: int | None = None
    opened: Settlement | None = None
    account: Account = field(default_factory=Account)


def sections(view: LedgerView) -> dict[str, Section]:
    """Return the sections; ``anchor`` and ``netting`` only once the household is, or was, a member."""
    found: dict[str, Section] = {"community": community_section(view)}
    if view.membership.status in {MembershipStatus.MEMBER, MembershipStatus.LEFT}:
        found["anchor"] = anchor_section(view)
        found["netting"] = netting_section(view)
    return found


def community_section(view: LedgerView) -> Section:
    """Return the household's membership and its connections."""
    membership = view.membership
    return {
        "name": membership.community.name,
        "status": membership.status.value,
        "reason": None
        if membership.reason is None
        else {"code": "operator_says", "params": {"text": membership.reason}},
        "operator": view.operator,
        "chain": view.chain,
        "chain_id": membership.community.domain.chain_id,
        "household": f"0x{membership.household.hex()}",
        "meter": f"0x{membership.meter.hex()}",
        "balance": view.balance,
        "pending_transactions": view.pending_transactions,
        "read_only": view.read_only,
        "key_backed_up": view.key_backed_up,
        "problem": None
        if view.problem is None
        else {"code": view.problem.code, "params": dict(view.problem.params)},
    }


def anchor_section(view: LedgerView) -> Section:
    """Return how the last slot's reading stands."""
    last = view.last
    anchoring = None if last is None else last.anchoring
    reason = None if anchoring is None else anchoring.reason
    return {
        "slot": None if last is None else last.slot,
        "status": None if anchoring is None else anchoring.status.value,
        "reason": None if reason is None else {"code": reason.code, "params": dict(reason.params)},
        "waiting": view.waiting,
        "last_verified_slot": view.last_verified_slot,
        "leaves": None if last is None or last.checked is None else last.checked.leaves,
        "late": view.late,
    }


def netting_section(view: LedgerView) -> Section:
    """Return what the last slot that was opened came to, and the renewable-energy account."""
    opened = view.opened
    return {
        "slot": None if opened is None else opened.slot,
        "phase": None if opened is None else opened.phase.value,
        "withdrawal_inside": None if opened is None else opened.withdrawal_inside,
        "withdrawal_outside": None if opened is None else opened.withdrawal_outside,
        "feed_in_inside": None if opened is None else opened.feed_in_inside,
        "feed_in_outside": None if opened is None else opened.feed_in_outside,
        "share": None if opened is None or opened.share is None else round(opened.share, 4),
        "account_wh": view.account.credited + view.account.claimable,
        "certificates_wh": view.account.held,
        "certificates": certificates_json(view.account, view.membership.community.contracts.account),
    }


def verdict_section(checked: CheckedStatement) -> Section:
    """Return the data of the events reading_verified and statement_not_verified."""
    first = checked.findings[0] if checked.findings else None
    return {
        "slot": checked.slot,
        "status": _verdict(first),
        "reason": None if first is None else {"code": first.code, "params": dict(first.params)},
        "leaves": checked.leaves,
    }


def _verdict(fault: FoundFault | None) -> str:
    if fault is None:
        return "verified"
    return "excluded" if fault.code == "excluded" else "not_verified"
