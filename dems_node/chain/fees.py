"""What a transaction offers for its gas (EIP-1559), and how it is raised when nobody takes it. Pure."""

from dataclasses import dataclass

from dems_node.chain.values import Fees

GWEI = 10**9
LARGEST_GAS = 16_777_216
"""What one transaction may use at most (EIP-7825)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePolicy:
    """What may be paid. ``highest_fee`` is a cap on the wei per gas, whatever the market says."""

    highest_fee: int = 500 * GWEI
    stuck_seconds: float = 60.0
    """A transaction is stuck when it has waited this long …"""
    stuck_blocks: int = 3
    """… and this many blocks were made without it: a halted chain is no reason to offer more."""

    def is_stuck(self, waited: float, blocks: int) -> bool:
        """Return whether a transaction that has waited so many seconds and blocks needs a better offer."""
        return waited >= self.stuck_seconds and blocks >= self.stuck_blocks

    def offered(self, suggested: Fees) -> Fees:
        """Return the first offer: what the chain suggests, up to the cap."""
        return self._capped(suggested)

    def raised(self, last: Fees, suggested: Fees) -> Fees | None:
        """Return the next offer for a stuck transaction, None where the cap leaves no room.

        Nodes replace a transaction only for a tenth more of both fees; an eighth more, rounded up, is safe.
        """
        needed = Fees(_eighth_more(last.max_fee), _eighth_more(last.priority_fee))
        if needed.max_fee > self.highest_fee:
            return None
        return self._capped(
            Fees(
                max(needed.max_fee, suggested.max_fee),
                max(needed.priority_fee, suggested.priority_fee),
            )
        )

    def _capped(self, fees: Fees) -> Fees:
        highest = min(fees.max_fee, self.highest_fee)
        return Fees(highest, min(fees.priority_fee, highest))


def gas_limit(needed: int, block_gas_limit: int) -> int:
    """Return the limit for an estimate: a quarter more, as the state may change, within what the chain takes."""
    return min(needed + needed // 4, LARGEST_GAS, block_gas_limit)


def _eighth_more(fee: int) -> int:
    return max(fee + 1, -(-fee * 9 // 8))
