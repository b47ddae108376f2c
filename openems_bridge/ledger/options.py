"""What the owner configures about the ledger."""

from dataclasses import dataclass

from dems_node.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOptions:
    """The ``ledger`` section.

    ``rpc`` is a node of the household's own, instead of the one that the invitation names; its address may hold a key. ``challenge`` and
    ``direct_inclusion``: whether the bridge sends these transactions by itself, which cost the household gas; else it only
    tells. ``claim_daily``: whether feed-in becomes certificates by itself, which costs gas and shows its energy to everybody.
    ``audited_leaves`` are checked with the registry in each slot; ``confirmations`` are blocks until a transaction
    counts as final.
    """

    rpc: Secret | None = None
    challenge: bool = True
    direct_inclusion: bool = True
    claim_daily: bool = False
    audited_leaves: int = 8
    confirmations: int = 12

    def node(self, invited: str) -> str:
        """Return the address of the node to use, where the community names ``invited``."""
        return invited if self.rpc is None else self.rpc.reveal()
