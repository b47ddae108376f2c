"""What the owner configures about the ledger."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOptions:
    """The ``ledger`` section.

    ``rpc`` is a node of the household's own, instead of the one that the invitation names. ``challenge`` and
    ``direct_inclusion``: whether the bridge sends these transactions by itself, which cost the household gas; else it only
    tells. ``audited_leaves`` are checked with the registry in each slot; ``confirmations`` are blocks until a transaction
    counts as final.
    """

    rpc: str | None = None
    challenge: bool = True
    direct_inclusion: bool = True
    audited_leaves: int = 8
    confirmations: int = 12
