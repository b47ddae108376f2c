"""A file with the proofs of a period, and its check against the chain alone.

The file holds, for each slot, the statement with the time and block of its publication, the household's leaf with its
inclusion proof (or its direct inclusion), and the openings of what the meter committed to. Whoever has the file learns
the household's energy, and can be sure of it without trusting the household, the operator or this program's author: the
record of the statement, the meter's key and the netting are asked of the chain.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dems_node.json_types import Json
from dems_protocol.commitments import Opening, Pedersen, Register, decode_openings, encode_openings
from dems_protocol.leaves import Leaf, MeterRecord
from dems_protocol.netting import Netting, Side
from dems_protocol.readings import NO_READING, Reading, find_chain_faults, find_opening_faults
from dems_protocol.sealing import Sealed, inclusion_hash
from dems_protocol.signatures import is_signed_by
from dems_protocol.statements import Statement, require_included
from dems_protocol.sum_tree import InclusionProof, ProofError
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.slot_keeper import SlotView

FORMAT = "dems-proofs"
VERSION = 1


class ProofFileUnusable(ValueError):
    """The file is none of proofs, or of a version that this program does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotProof:
    """One slot of the file. Either ``proof`` or ``inclusion`` shows where the reading is anchored."""

    statement: Statement
    published_at: int
    published_block: int
    leaf: Leaf
    openings: tuple[Opening, ...]
    proof: InclusionProof | None = None
    inclusion: tuple[Sealed, int, int] | None = None

    @property
    def slot(self) -> int:
        """The slot."""
        return self.statement.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFile:
    """The file's content: which ledger and netting, which meter, and the slots."""

    domain: LedgerDomain
    netting: bytes
    household: bytes
    meter: bytes
    slots: tuple[SlotProof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSlot:
    """What became of one slot's check. Energies in Wh, inside ones None in a slot that was not netted."""

    slot: int
    faults: tuple[str, ...]
    withdrawal: int
    feed_in: int
    generation: int
    withdrawal_inside: int | None
    feed_in_inside: int | None


class ChainView(Protocol):
    """What the check asks of the chain."""

    async def record(self, slot: int) -> bytes:
        """Return the record of a slot's current statement, zeros where there is none."""
        ...

    async def is_final(self, statement: Statement, published_at: int, published_block: int) -> bool:
        """Return whether the statement can no longer fall."""
        ...

    async def meter(self, meter: bytes, slot: int) -> MeterRecord | None:
        """Return what the registry says of a meter for a slot."""
        ...

    async def inclusion(self, slot: int, meter: bytes) -> bytes:
        """Return the hash of a meter's direct inclusion, zeros where there is none."""
        ...

    async def netting(self, slot: int) -> Netting | None:
        """Return the opened sums of a slot, None where they were not opened."""
        ...


def slot_proof(view: SlotView) -> SlotProof | None:
    """Return the proof of a slot, None while its reading is not anchored."""
    publication, own = view.chain.publication, view.own
    if publication is None or own is None:
        return None
    if view.checked is not None and view.checked.own is not None:
        leaf, proof = view.checked.own
        return SlotProof(
            statement=publication.statement,
            published_at=publication.published_at,
            published_block=publication.published_block,
            leaf=leaf,
            openings=own.openings,
            proof=proof,
        )
    inclusion = view.chain.inclusion_of(own.reading.meter)
    if inclusion is None:
        return None
    return SlotProof(
        statement=publication.statement,
        published_at=publication.published_at,
        published_block=publication.published_block,
        leaf=Leaf(own.reading, 0, own.signature),
        openings=own.openings,
        inclusion=(inclusion.sealed, inclusion.included_at, inclusion.included_block),
    )


def proof_document(membership: Membership, proofs: Iterable[SlotProof]) -> dict[str, Json]:
    """Return the file's content as JSON."""
    community = membership.community
    return {
        "format": FORMAT,
        "version": VERSION,
        "community": community.name,
        "chain_id": community.domain.chain_id,
        "ledger": _hex(community.domain.ledger),
        "netting": _hex(community.contracts.netting),
        "slot_seconds": community.terms.slot_seconds,
        "household": _hex(membership.household),
        "meter": _hex(membership.meter),
        "slots": [_slot_document(proof) for proof in proofs],
    }


def read_document(document: Any) -> ProofFile:
    """Read `proof_document`'s output. Raises ProofFileUnusable, which says what is wrong."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise ProofFileUnusable("This is not a file of DEMS proofs.")
    if document.get("version") != VERSION:
        raise ProofFileUnusable(
            f"The file has version {document.get('version')!r}, this program knows {VERSION}: update it."
        )
    try:
        return ProofFile(
            domain=LedgerDomain(int(document["chain_id"]), _bytes(document["ledger"])),
            netting=_bytes(document["netting"]),
            household=_bytes(document["household"]),
            meter=_bytes(document["meter"]),
            slots=tuple(_read_slot(one) for one in document["slots"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProofFileUnusable(f"The file is damaged: {error!r:.200}") from None


async def check_file(file: ProofFile, chain: ChainView, pedersen: Pedersen) -> list[CheckedSlot]:
    """Check every slot against the chain and against the slots before it, in order. Raises what the chain raises."""
    checked = []
    earlier: dict[bytes, Reading] = {}
    seen: set[int] = set()
    for proof in sorted(file.slots, key=lambda one: one.slot):
        faults = [] if proof.slot not in seen else ["stands in the file twice"]
        seen.add(proof.slot)
        faults += await _anchor_faults(file, proof, chain)
        faults += await _meter_faults(file, proof, chain)
        faults += find_opening_faults(pedersen, proof.leaf.reading, proof.openings)
        faults += _register_faults(proof.leaf.reading, earlier)
        earlier[proof.leaf.reading.struct_hash()] = proof.leaf.reading
        netting = await chain.netting(proof.slot)
        checked.append(_result(proof, faults, netting))
    return checked


async def _anchor_faults(file: ProofFile, proof: SlotProof, chain: ChainView) -> list[str]:
    faults = []
    expected = proof.statement.record_hash(proof.published_at, proof.published_block)
    if await chain.record(proof.slot) != expected:
        faults.append("its statement is not the one that the chain holds")
    elif not await chain.is_final(proof.statement, proof.published_at, proof.published_block):
        faults.append("its statement can still be challenged: check it again later")
    if proof.proof is not None:
        try:
            require_included(proof.statement, file.domain, proof.leaf, proof.proof)
        except ProofError as error:
            faults.append(f"its reading is not in the statement: {error}")
    elif proof.inclusion is not None:
        sealed, included_at, included_block = proof.inclusion
        shown = inclusion_hash(proof.leaf.reading.struct_hash(), sealed, included_at, included_block)
        if await chain.inclusion(proof.slot, file.meter) != shown:
            faults.append("its reading is not included on chain")
    else:
        faults.append("nothing shows where its reading is anchored")
    return faults


async def _meter_faults(file: ProofFile, proof: SlotProof, chain: ChainView) -> list[str]:
    reading = proof.leaf.reading
    faults = []
    if reading.meter != file.meter:
        faults.append("its reading is of another meter than the file's")
    if reading.slot != proof.slot:
        faults.append("its reading is of another slot")
    record = await chain.meter(reading.meter, proof.slot)
    if record is None:
        return [*faults, "the registry does not know its meter for the slot"]
    if record.household != file.household:
        faults.append("the registry gives its meter to another household for the slot")
    digest = file.domain.digest(reading.struct_hash())
    if record.key.key_id() != reading.key or not is_signed_by(record.key, digest, proof.leaf.signature):
        faults.append("its reading is not signed with the meter's key")
    return faults


def _register_faults(reading: Reading, earlier: Mapping[bytes, Reading]) -> list[str]:
    previous = earlier.get(reading.previous)
    if previous is None or reading.previous == NO_READING:
        return []
    return find_chain_faults(reading, previous)


def _result(proof: SlotProof, faults: Sequence[str], netting: Netting | None) -> CheckedSlot:
    values = [opening.value for opening in proof.openings]
    withdrawal_inside = feed_in_inside = None
    if netting is not None:
        withdrawal_inside = netting.share(Side.WITHDRAWAL, values[Register.WITHDRAWAL_REST]).inside
        feed_in_inside = netting.share(Side.FEED_IN, values[Register.FEED_IN_REST]).inside
    return CheckedSlot(
        slot=proof.slot,
        faults=tuple(faults),
        withdrawal=values[Register.WITHDRAWAL_DELIVERED] + values[Register.WITHDRAWAL_REST],
        feed_in=values[Register.FEED_IN_DELIVERED] + values[Register.FEED_IN_REST],
        generation=values[Register.GENERATION],
        withdrawal_inside=withdrawal_inside,
        feed_in_inside=feed_in_inside,
    )


def _slot_document(proof: SlotProof) -> dict[str, Json]:
    document: dict[str, Json] = {
        "slot": proof.slot,
        "statement": _hex(proof.statement.encode()),
        "published_at": proof.published_at,
        "published_block": proof.published_block,
        "leaf": _hex(proof.leaf.encode()),
        "openings": _hex(encode_openings(proof.openings)),
    }
    if proof.proof is not None:
        document["proof"] = _hex(proof.proof.encode())
    if proof.inclusion is not None:
        sealed, included_at, included_block = proof.inclusion
        document["inclusion"] = {
            "sealed": _hex(sealed.encode()),
            "included_at": included_at,
            "included_block": included_block,
        }
    return document


def _read_slot(document: Mapping[str, Any]) -> SlotProof:
    proof, inclusion = document.get("proof"), document.get("inclusion")
    return SlotProof(
        statement=Statement.decode(_bytes(document["statement"])),
        published_at=int(document["published_at"]),
        published_block=int(document["published_block"]),
        leaf=Leaf.decode(_bytes(document["leaf"])),
        openings=decode_openings(_bytes(document["openings"])),
        proof=None if proof is None else InclusionProof.decode(_bytes(proof)),
        inclusion=None
        if inclusion is None
        else (
            Sealed.decode(_bytes(inclusion["sealed"])),
            int(inclusion["included_at"]),
            int(inclusion["included_block"]),
        ),
    )


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
