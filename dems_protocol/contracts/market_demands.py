"""Demands: with a bond anybody makes the operator show a leaf of the set or of the results on chain (docs/market.md, section 8).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, market: bytes, demand_bond: int, demand_seconds: int) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address", "uint256", "uint64"], market, demand_bond, demand_seconds)


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
class NoSuchZoneError(RevertReason):
    """``error NoSuchZone``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("2efaf456")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = ""
    zone_index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


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
    """The tree has no such index."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("b08dad7b")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
    )
    NOTICE: ClassVar[str] = "The tree has no such index."
    index: int
    count: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])


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
class DemandBondReclaimedEvent(Event):
    """``event DemandBondReclaimed``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("8915a10c92737fc341da21b47c3e5706c73e93cfa049b85c6f2007aced3dc8c9")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "uint32",
        "uint32",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    slot: int
    tree: structs.MarketTree
    zone: int
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.MarketTree(values[1]), values[2], values[3])


@dataclass(frozen=True, slots=True)
class LeafDemandedEvent(Event):
    """``event LeafDemanded``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("c4d9060a9baf02caeecb3da232063710a47e6cd58ec1d81eda23a0db8caf9825")
    INDEXED: ClassVar[tuple[str, ...]] = (
        "uint64",
        "address",
    )
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "uint32",
        "uint32",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        2,
        3,
        4,
        1,
    )
    slot: int
    tree: structs.MarketTree
    zone: int
    index: int
    demander: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.MarketTree(values[1]), values[2], values[3], address(values[4]))


@dataclass(frozen=True, slots=True)
class ResultPaddingShownEvent(Event):
    """``event ResultPaddingShown``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("5ba06280b2796a2af235857a15c75ae9878f1d20b17d37afc054a0ad7b1a9c49")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint32",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    slot: int
    zone: int
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], structs.InclusionProof.of(values[2]))


@dataclass(frozen=True, slots=True)
class ResultShownEvent(Event):
    """``event ResultShown``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("ebcf0fc9aa6b3ff18c8dcfc88741bdf5a4837b7ece413d4356a13c3ce5a533dd")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint32",
        "(bytes32,uint8,uint256[4])",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    slot: int
    zone: int
    leaf: structs.ResultLeaf
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0], values[1], structs.ResultLeaf.of(values[2]), structs.InclusionProof.of(values[3])
        )


@dataclass(frozen=True, slots=True)
class SetLeafShownEvent(Event):
    """``event SetLeafShown``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("c9134f41d59a286bf423c72ab61f5fab8e3e988ada120fed113cd4116c6fabdf")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "(bytes32,bytes32,(bytes32,bytes32,uint8))",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
    )
    slot: int
    leaf: structs.SetLeaf
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.SetLeaf.of(values[1]), structs.InclusionProof.of(values[2]))


@dataclass(frozen=True, slots=True)
class AnswerResult(Call[None]):
    """Answers a demand by the result. Anybody who can; earns the bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("7a5f9ced")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(bytes32,uint8,uint256[4])",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    leaf: structs.ResultLeaf
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.PublishedClearing.of(values[0]),
            values[1],
            structs.ResultLeaf.of(values[2]),
            structs.InclusionProof.of(values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class AnswerResultPadding(Call[None]):
    """Answers a demand for an index beyond the results by the proof that it is empty. Anybody; earns the bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6f23478a")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.PublishedClearing.of(values[0]), values[1], structs.InclusionProof.of(values[2]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class AnswerSetLeaf(Call[None]):
    """Answers a demand by the leaf of the set. Anybody who can; earns the bond."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("53139189")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(uint64,bytes32,uint32,uint64,uint64)",
        "(bytes32,bytes32,(bytes32,bytes32,uint8))",
        "(uint32,(bytes32,uint256[4],uint32,uint32)[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    committed: structs.CommittedSet
    leaf: structs.SetLeaf
    proof: structs.InclusionProof

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.CommittedSet.of(values[0]),
            structs.SetLeaf.of(values[1]),
            structs.InclusionProof.of(values[2]),
        )

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

    SELECTOR: ClassVar[bytes] = bytes.fromhex("1c7854f6")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
        "uint32",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    slot: int
    tree: structs.MarketTree
    zone: int
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.MarketTree(values[1]), values[2], values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bytes:
        result: bytes = values[0]
        return result


@dataclass(frozen=True, slots=True)
class DemandResult(Call[None]):
    """Demands a leaf of a zone's results, also one that should be empty. Anybody with the bond in its account, until the challenge window with its extensions is over, once a leaf."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a36a315f")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,(uint32,int64,int64,int64,bytes32,bytes32,uint64,uint64,uint64,uint64,uint256,uint256,uint64,uint64,bytes32,uint256[4],uint32)[],(uint32,uint32,uint64)[]),uint64,uint64)",
        "uint256",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.PublishedClearing
    zone_index: int
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.PublishedClearing.of(values[0]), values[1], values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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
class DemandSetLeaf(Call[None]):
    """Demands a leaf of the set. Anybody with the bond in its account, from the commitment until the slot is final, once a leaf. `stamp` is what is published for the slot, zeros where nothing is yet."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d73fe6fd")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "(uint64,bytes32,uint32,uint64,uint64)",
        "(bytes32,uint64,uint64)",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    committed: structs.CommittedSet
    stamp: structs.ClearingStamp
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.CommittedSet.of(values[0]), structs.ClearingStamp.of(values[1]), values[2])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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
class Market(Call[bytes]):
    """Call ``market``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("80f55605")
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
    """Returns the bond of a demand whose slot has no market any more, for another reason. Anybody; it goes to the one who demanded."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6de792b5")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
        "uint32",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    tree: structs.MarketTree
    zone: int
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], structs.MarketTree(values[1]), values[2], values[3])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Terms(Call[bytes]):
    """Call ``terms``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d5025625")
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
    """Voids a slot's market whose operator left a demand unanswered. Anybody; bond and reward go to the one who demanded. `stamp` is what is published for the slot, zeros where nothing is yet."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("d4c148a2")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "(bytes32,uint64,uint64)",
        "uint8",
        "uint32",
        "uint32",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    slot: int
    stamp: structs.ClearingStamp
    tree: structs.MarketTree
    zone: int
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            values[0],
            structs.ClearingStamp.of(values[1]),
            structs.MarketTree(values[2]),
            values[3],
            values[4],
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


EVENTS: tuple[type[Event], ...] = (
    DemandBondReclaimedEvent,
    LeafDemandedEvent,
    ResultPaddingShownEvent,
    ResultShownEvent,
    SetLeafShownEvent,
)
ERRORS: tuple[type[RevertReason], ...] = (
    AlreadyDemandedError,
    AnswerWindowOpenError,
    AnswerWindowOverError,
    CurveOperationFailedError,
    DemandWindowOverError,
    InvalidParameterError,
    NoSuchNodeError,
    NoSuchZoneError,
    NotDemandedError,
    NotIncludedError,
    NotItsPartError,
    NothingToDemandError,
    SafeCastOverflowedUintDowncastError,
    WrongPathLengthError,
)
