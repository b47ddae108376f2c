"""Demands: with a bond anybody makes the operator show a leaf, or prove a register's range, on chain (docs/protocol.md, section 9).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, ledger: bytes, demand_bond: int, demand_seconds: int) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address", "uint256", "uint64"], ledger, demand_bond, demand_seconds)


@dataclass(frozen=True, slots=True)
class AlreadyDemandedError(RevertReason):
    """``error AlreadyDemanded``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("71fc1b53")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    demand_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AnswerWindowOpenError(RevertReason):
    """``error AnswerWindowOpen``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("8178733e")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    demand_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class AnswerWindowOverError(RevertReason):
    """``error AnswerWindowOver``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6c9f148b")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    demand_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class CurveOperationFailedError(RevertReason):
    """The chain lacks a precompile of EIP-196, or a point was not checked before."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("acbfa5de")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "The chain lacks a precompile of EIP-196, or a point was not checked before."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class DemandWindowOverError(RevertReason):
    """``error DemandWindowOver``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("88f4811a")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = ""
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class InvalidParameterError(RevertReason):
    """Shorter than the challenge window, or so long that a bond could leave before a slot is decided."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("aa33ade0")
    INPUTS: ClassVar[tuple[str, ...]] = ("string",)
    NOTICE: ClassVar[str] = (
        "Shorter than the challenge window, or so long that a bond could leave before a slot is decided."
    )
    name: str

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NoSuchNodeError(RevertReason):
    """The index does not exist at this level of a tree with so many leaves."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("65f7fb26")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = "The index does not exist at this level of a tree with so many leaves."
    level: int
    index: int
    count: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2])


@dataclass(frozen=True, slots=True)
class NotDemandedError(RevertReason):
    """``error NotDemanded``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a6c01e9b")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    demand_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotIncludedError(RevertReason):
    """The siblings lead to another root, or to other sums than stated, or are no points."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f70d0911")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = (
        "The siblings lead to another root, or to other sums than stated, or are no points."
    )
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotItsPartError(RevertReason):
    """``error NotItsPart``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("32f8199c")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = ""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class NothingToDemandError(RevertReason):
    """The tree has no such index, or a range is demanded of no register 0 … 4."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("f159a9a1")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint8",
        "uint8",
    )
    NOTICE: ClassVar[str] = "The tree has no such index, or a range is demanded of no register 0 … 4."
    index: int
    kind: structs.Kind
    register: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.Kind(values[1]), values[2])


@dataclass(frozen=True, slots=True)
class SafeCastOverflowedUintDowncastError(RevertReason):
    """``error SafeCastOverflowedUintDowncast``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6dfcc650")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint8",
        "uint256",
    )
    NOTICE: ClassVar[str] = ""
    bits: int
    value: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class WrongPathLengthError(RevertReason):
    """A path through this tree needs another number of siblings or steps."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("01d850da")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = "A path through this tree needs another number of siblings or steps."
    given: int
    needed: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class WrongRangeProofError(RevertReason):
    """``error WrongRangeProof``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("aeab59c5")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint8",)
    NOTICE: ClassVar[str] = ""
    register: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class WrongSlotError(RevertReason):
    """The reading is of another slot than the statement."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("372eacf0")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint64",
    )
    NOTICE: ClassVar[str] = "The reading is of another slot than the statement."
    slot: int
    expected: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


@dataclass(frozen=True, slots=True)
class BondReclaimedEvent(Event):
    """``event BondReclaimed``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("ff66439bbfbaebfe9ccffdb8dc7327a94cd2ff6b629783ebb38854c8861504bc")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "uint32",
        "uint8",
        "uint8",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
    )
    slot: int
    attempt: int
    index: int
    kind: structs.Kind
    register: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], structs.Kind(values[3]), values[4])


@dataclass(frozen=True, slots=True)
class DemandedEvent(Event):
    """``event Demanded``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("ebabce1384595ec7af7b4b1423ff5f731849fcb6501ed979b530824f264d1fbc")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "uint32",
        "uint8",
        "uint8",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        2,
        3,
        4,
        5,
        1,
    )
    slot: int
    attempt: int
    index: int
    kind: structs.Kind
    register: int
    demander: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], structs.Kind(values[3]), values[4], address(values[5]))


@dataclass(frozen=True, slots=True)
class LeafShownEvent(Event):
    """``event LeafShown``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("7f527c45eaaaee7b7d338abe5887aa717fc04ec4c87a45db96a026373bb8925d")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8))",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    slot: int
    attempt: int
    leaf: structs.Leaf
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], structs.Leaf.of(values[2]), structs.InclusionProof.of(values[3]))


@dataclass(frozen=True, slots=True)
class PaddingShownEvent(Event):
    """``event PaddingShown``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("aea9ba710570215b351300c989edf2cdf8d223e80c8fe6ae374c5ad9b4e66406")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    slot: int
    attempt: int
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], structs.InclusionProof.of(values[2]))


@dataclass(frozen=True, slots=True)
class RangeProvenEvent(Event):
    """``event RangeProven``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("48b328793bda14c982f5209948be4df2c1399bf1eb2e8b255a5792d90b431f58")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "uint8",
        "((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8))",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
        4,
    )
    slot: int
    attempt: int
    register: int
    leaf: structs.Leaf
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0], values[1], values[2], structs.Leaf.of(values[3]), structs.InclusionProof.of(values[4])
        )


@dataclass(frozen=True, slots=True)
class AnswerLeaf(Call[None]):
    """Answers a demand by the leaf. Anybody who can; earns the bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("24037681")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8))",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    leaf: structs.Leaf
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]), structs.Leaf.of(values[1]), structs.InclusionProof.of(values[2])
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class AnswerPadding(Call[None]):
    """Answers a demand for an index beyond the leaves by the proof that it is empty. Anybody; earns the bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5fa3cb36")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]), structs.InclusionProof.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class AnswerRange(Call[None]):
    """Answers a demand for a range proof. Anybody who can; earns the bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("544cf166")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8))",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
        "uint8",
        "uint256[6][32]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    leaf: structs.Leaf
    proof: structs.InclusionProof
    register: int
    range_proof: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]),
            structs.Leaf.of(values[1]),
            structs.InclusionProof.of(values[2]),
            values[3],
            tuple(tuple(item) for item in values[4]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Demand(Call[None]):
    """Demands leaf `index` (kind Leaf, register 0), or the range proof of its register 0 … 4 (kind Range). Anybody with the bond in its account, until the challenge window with its extensions is over, once for each attempt."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3cca0741")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "uint32",
        "uint8",
        "uint8",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    index: int
    kind: structs.Kind
    register: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]), values[1], structs.Kind(values[2]), values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class DemandBond(Call[int]):
    """The bond of a demand."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b19f99fb")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint256",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class DemandId(Call[bytes]):
    """The id of a demand."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5176c04f")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
        "uint32",
        "uint8",
        "uint8",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    slot: int
    attempt: int
    index: int
    kind: structs.Kind
    register: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], structs.Kind(values[3]), values[4])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
        return result


@dataclass(frozen=True, slots=True)
class DemandSeconds(Call[int]):
    """How long after publication something can be demanded at most, whatever extended the window."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("51bbbdb1")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("uint64",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> int:
        result: int = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Demands(Call[tuple[bytes, int, int]]):
    """The demands by their ids. Returns demander, since, since_block."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c28f847c")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "address",
        "uint48",
        "uint48",
    )
    demand_id: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> tuple[bytes, int, int]:
        result: tuple[bytes, int, int] = address(values[0]), values[1], values[2]
        return result


@dataclass(frozen=True, slots=True)
class IsTrustedForwarder(Call[bool]):
    """Call ``isTrustedForwarder``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("572b6c05")
    INPUTS: ClassVar[tuple[str, ...]] = ("address",)
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    forwarder: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(address(values[0]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
        return result


@dataclass(frozen=True, slots=True)
class Ledger(Call[bytes]):
    """Call ``ledger``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("56397c35")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("address",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = address(values[0])
        return result


@dataclass(frozen=True, slots=True)
class ReclaimBond(Call[None]):
    """Returns the bond of a demand whose statement fell for another reason. Anybody; it goes to the one who demanded."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("256786ae")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
        "uint32",
        "uint8",
        "uint8",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    attempt: int
    index: int
    kind: structs.Kind
    register: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], values[2], structs.Kind(values[3]), values[4])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Registry(Call[bytes]):
    """Call ``registry``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7b103999")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("address",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = address(values[0])
        return result


@dataclass(frozen=True, slots=True)
class TrustedForwarder(Call[bytes]):
    """Call ``trustedForwarder``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7da0a877")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    OUTPUTS: ClassVar[tuple[str, ...]] = ("address",)

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = address(values[0])
        return result


@dataclass(frozen=True, slots=True)
class VoidUnanswered(Call[None]):
    """Voids a statement whose operator left a demand unanswered. Anybody; bond and reward go to the one who demanded."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e0a3b1fb")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "uint32",
        "uint8",
        "uint8",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    index: int
    kind: structs.Kind
    register: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]), values[1], structs.Kind(values[2]), values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


EVENTS: tuple[type[Event], ...] = (
    BondReclaimedEvent,
    DemandedEvent,
    LeafShownEvent,
    PaddingShownEvent,
    RangeProvenEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadyDemandedError,
    AnswerWindowOpenError,
    AnswerWindowOverError,
    CurveOperationFailedError,
    DemandWindowOverError,
    InvalidParameterError,
    NoSuchNodeError,
    NotDemandedError,
    NotIncludedError,
    NotItsPartError,
    NothingToDemandError,
    SafeCastOverflowedUintDowncastError,
    WrongPathLengthError,
    WrongRangeProofError,
    WrongSlotError,
)
