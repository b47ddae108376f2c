"""The operator's configuration as the program sees it, once it has been checked."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from community.api.rates import Rate
from community.chain.facts import Addresses
from community.readings.acceptance import Plausibility

DEFAULT_PORT = 8585
CONSENT = (
    "The operator of this community receives my meter's values of every slot (usually a quarter of an hour) openly: "
    "withdrawal, feed-in and generation. Everybody else, the chain included, sees commitments that hide them. It keeps "
    "the values for as long as bills and audits need them, and shows them to nobody but me. Unless I switch off "
    "'Follow the running slot', it also receives about once a minute what my meter will come to, what my battery holds "
    "and what I would trade; of that it keeps only sums over all members. The chain keeps for ever "
    "that my household's account has a meter, its key and its plant's power. I can leave at any time."
)
"""What a household agrees to where the operator says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainOptions:
    """The chain. ``public_rpc`` is what invitations name; ``confirmations`` are blocks until a transaction is final."""

    rpc: str = field(repr=False)
    public_rpc: str
    chain_id: int
    confirmations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOptions:
    """Where the contracts are, and the block since which to look at their events."""

    addresses: Addresses
    since_block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """Where the API listens (``host`` None: everywhere) and the URL under which households reach it."""

    host: str | None = None
    port: int = DEFAULT_PORT
    url: str
    rate: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOptions:
    """When statements are made (s after the slot's end; None: four fifths of the contract's due time), what is believed,
    and for how many days readings are kept."""

    publish_after: int | None
    plausibility: Plausibility
    keep_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOptions:
    """Where the keys are: in the keyring, or, with a passphrase file, in encrypted files in the data folder."""

    passphrase_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketOptions:
    """The market that `deploy` makes. Prices, and ``charge`` between any two zones, are micro-units of the currency per kWh.

    ``utility`` sets its prices itself, with an account of its own; None: the authority's account does, and begins with
    ``sell`` and ``buy``. ``currency`` is the ISO 4217 code that prices are told in, ``order_deposit`` what a household must have locked to trade, ``gates`` the deadlines that differ
    from the protocol's.
    """

    utility: bytes | None = None
    zones: tuple[int, ...] = (0,)
    sell: int = 320_000
    buy: int = 80_000
    charge: int = 0
    order_deposit: int = 0
    currency: str = "EUR"
    gates: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentOptions:
    """What `dems-community deploy` fixes for good. ``currency`` None: a currency of the demo's own is deployed too."""

    currency: bytes | None
    pool: bytes | None
    slot_seconds: int
    minimum_owners: int
    windows: dict[str, int]
    market: MarketOptions = field(default_factory=MarketOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityConfiguration:
    """One operator. ``contracts`` None: those that `deploy` wrote into the data folder."""

    name: str
    data_dir: Path
    chain: ChainOptions
    contracts: ContractOptions | None
    api: ApiOptions
    auto_approve: bool
    consent: str
    statements: StatementOptions
    keys: KeyOptions
    deployment: DeploymentOptions
    workers: int
    log_level: str


def default_workers() -> int:
    """Return how many processes check readings: one for each processor, up to eight."""
    return min(8, os.cpu_count() or 1)
