"""What a household has joined: the community's contracts and terms on the chain, and its operator.

Contracts and terms are read from the chain that the invitation names; what the operator says of them is only compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from dems_node.json_types import Json
from dems_protocol.curve import Point
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """Where the community's contracts are (20 bytes each)."""

    registry: bytes
    ledger: bytes
    challenges: bytes
    demands: bytes
    direct_inclusion: bytes
    netting: bytes
    account: bytes
    certificates: bytes
    currency: bytes

    def watched(self) -> tuple[bytes, ...]:
        """Return the contracts whose events matter to a household."""
        return (
            self.registry,
            self.ledger,
            self.demands,
            self.direct_inclusion,
            self.netting,
            self.account,
            self.certificates,
        )

    def name_of(self, address: bytes) -> str:
        """Return what a contract is called, its address in hex for one that is none of these."""
        for field in fields(self):
            if getattr(self, field.name) == address:
                return field.name
        return f"0x{address.hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was fixed when the community was deployed (docs/protocol.md section 8): seconds, blocks, owners, money."""

    slot_seconds: int
    publish_seconds: int
    publish_limit_seconds: int
    challenge_seconds: int
    challenge_blocks: int
    answer_seconds: int
    answer_blocks: int
    replace_seconds: int
    replace_blocks: int
    open_seconds: int
    open_blocks: int
    minimum_owners: int
    inclusion_deposit: int
    demand_bond: int
    maximum_certificate_seconds: int

    @property
    def grid(self) -> SlotGrid:
        """The community's division of time."""
        return SlotGrid(self.slot_seconds)

    def due_at(self, slot: int) -> int:
        """Return when the statement of a slot is due (UTC s)."""
        return self.grid.end(slot) + self.publish_seconds

    def limit_at(self, slot: int) -> int:
        """Return after when no first statement of a slot comes any more (UTC s)."""
        return self.grid.end(slot) + self.publish_limit_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A community as this household knows it.

    ``operator`` is the meter operator's account (20 bytes), ``fingerprint`` the SHA-256 of its certificate, ``sealing_key``
    what openings are sealed to, None until it was told.
    """

    name: str
    domain: LedgerDomain
    contracts: Contracts
    terms: Terms
    rpc: str
    operator_url: str
    fingerprint: bytes
    operator: bytes
    sealing_key: Point | None = None

    def to_json(self) -> dict[str, Json]:
        """Return it as a JSON document."""
        key = self.sealing_key
        return {
            "name": self.name,
            "chain_id": self.domain.chain_id,
            "contracts": {
                field.name: _hex(getattr(self.contracts, field.name)) for field in fields(self.contracts)
            },
            "terms": {field.name: getattr(self.terms, field.name) for field in fields(self.terms)},
            "rpc": self.rpc,
            "operator_url": self.operator_url,
            "fingerprint": _hex(self.fingerprint),
            "operator": _hex(self.operator),
            "sealing_key": None if key is None else [f"{key.x:#066x}", f"{key.y:#066x}"],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read `to_json`'s output; KeyError, TypeError or ValueError for anything else."""
        contracts = Contracts(
            **{field.name: _bytes(document["contracts"][field.name]) for field in fields(Contracts)}
        )
        key = document["sealing_key"]
        return cls(
            name=str(document["name"]),
            domain=LedgerDomain(int(document["chain_id"]), contracts.ledger),
            contracts=contracts,
            terms=Terms(**{field.name: int(document["terms"][field.name]) for field in fields(Terms)}),
            rpc=str(document["rpc"]),
            operator_url=str(document["operator_url"]),
            fingerprint=_bytes(document["fingerprint"]),
            operator=_bytes(document["operator"]),
            sealing_key=None if key is None else Point(*(int(word, 16) for word in key)),
        )


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
