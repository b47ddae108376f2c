"""Challenges of a statement (docs/protocol.md, section 9).

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments


def constructor_arguments(*, ledger: bytes) -> bytes:
    """Return what follows the creation code in the deployment of this contract."""
    return encode_arguments(["address"], ledger)


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
class NotTheLeafError(RevertReason):
    """The leaf is not what the statement binds at the index."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("bb6faf8d")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = "The leaf is not what the statement binds at the index."
    index: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotThePreviousError(RevertReason):
    """``error NotThePrevious``."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("3f2ef671")
    INPUTS: ClassVar[tuple[str, ...]] = ("bytes32",)
    NOTICE: ClassVar[str] = ""
    previous: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class NotTwoStatementsError(RevertReason):
    """Both statements must be of one slot and attempt, differ, and be signed by the operator."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("430e340f")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = (
        "Both statements must be of one slot and attempt, differ, and be signed by the operator."
    )

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


@dataclass(frozen=True, slots=True)
class StillChallengeableError(RevertReason):
    """One of the two is published and can be voided: `challengeTwoStatements` does that."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("eb592bfd")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint64",)
    NOTICE: ClassVar[str] = (
        "One of the two is published and can be voided: `challengeTwoStatements` does that."
    )
    slot: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class UnfoundedError(RevertReason):
    """The statement is right in this."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("6171f166")
    INPUTS: ClassVar[tuple[str, ...]] = ()
    NOTICE: ClassVar[str] = "The statement is right in this."

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls()


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
class WrongStepError(RevertReason):
    """The step is not the preimage of the node at this level."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("e02174d4")
    INPUTS: ClassVar[tuple[str, ...]] = ("uint256",)
    NOTICE: ClassVar[str] = "The step is not the preimage of the node at this level."
    level: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0])


@dataclass(frozen=True, slots=True)
class TwoStatementsSlashedEvent(Event):
    """``event TwoStatementsSlashed``."""

    TOPIC: ClassVar[bytes] = bytes.fromhex("c4422e99360281ae7f0ca4949a262e8757847c0c110ad41f420d1f8b55c7b950")
    INDEXED: ClassVar[tuple[str, ...]] = ("uint64",)
    DATA: ClassVar[tuple[str, ...]] = (
        "uint8",
        "(uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32)",
        "(uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32)",
    )
    ORDER: ClassVar[tuple[int, ...]] = (
        0,
        1,
        2,
        3,
    )
    slot: int
    attempt: int
    first: structs.Statement
    second: structs.Statement

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1], structs.Statement.of(values[2]), structs.Statement.of(values[3]))


@dataclass(frozen=True, slots=True)
class ChallengeLeaf(Call[None]):
    """Voids if a leaf states other sums than its own, has an invalid point, belongs to another slot, is not signed by the key that the registry has for its meter, counts owners it may not, or starts its registers wrongly."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("c64f9af3")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint32,((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    descent: structs.LeafDescent

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(structs.Published.of(values[0]), structs.LeafDescent.of(values[1]))

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeNode(Call[None]):
    """Voids if a point below node (`level`, `index`) is invalid, or the sums of its children do not add up to what is stated of it. `steps` are the preimages from the root down to and with that node's own."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("0bbc55a5")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "uint256",
        "uint256",
        "((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    level: int
    index: int
    steps: tuple[structs.Step, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]),
            values[1],
            values[2],
            tuple(structs.Step.of(item) for item in values[3]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeOrder(Call[None]):
    """Voids if two neighbouring leaves are not strictly ascending by meter."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("83d8f258")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint32,((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(uint32,((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    first: structs.LeafDescent
    second: structs.LeafDescent

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]),
            structs.LeafDescent.of(values[1]),
            structs.LeafDescent.of(values[2]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeOwner(Call[None]):
    """Voids if two leaves count one household as owner on the same side (0: withdrawal, 1: feed-in)."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("bc5f0786")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint32,((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(uint32,((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "uint8",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    first: structs.LeafDescent
    second: structs.LeafDescent
    side: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]),
            structs.LeafDescent.of(values[1]),
            structs.LeafDescent.of(values[2]),
            values[3],
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengePadding(Call[None]):
    """Voids if an index beyond the leaves is not the empty leaf, or one of a leaf is."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("806cf584")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "uint256",
        "((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[]",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    index: int
    steps: tuple[structs.Step, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]), values[1], tuple(structs.Step.of(item) for item in values[2])
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeRegister(Call[None]):
    """Voids if a leaf does not continue the reading that it names as its previous."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("cb97c22c")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint32,((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16])",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    descent: structs.LeafDescent
    previous: structs.Reading

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]), structs.LeafDescent.of(values[1]), structs.Reading.of(values[2])
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeRestart(Call[None]):
    """Voids if a leaf starts its registers anew although an earlier slot's final statement has its meter."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("a0a7181f")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint32,((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),((bytes32,uint256[4],uint32,uint32),(bytes32,uint256[4],uint32,uint32))[])",
        "(((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64),((bytes32,bytes32,uint64,uint32,uint64,bytes32,uint256[16]),uint8,(bytes32,bytes32,uint8)),(uint32,(bytes32,uint256[4],uint32,uint32)[]),(bytes32,uint64,uint64))",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    descent: structs.LeafDescent
    earlier: structs.Anchor

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]), structs.LeafDescent.of(values[1]), structs.Anchor.of(values[2])
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class ChallengeTwoStatements(Call[None]):
    """Voids if the operator signed another statement for the same slot and attempt."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("5e9c8b01")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32)",
        "(bytes32,bytes32,uint8)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    published: structs.Published
    other: structs.Statement
    signature: structs.Signature

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]), structs.Statement.of(values[1]), structs.Signature.of(values[2])
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


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
class SlashTwoStatements(Call[None]):
    """Slashes an operator that signed two statements for one slot and attempt, none of which can be voided (any more). Once for each attempt."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("9d9a2699")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "((uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32),uint64,uint64)",
        "(uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32)",
        "(bytes32,bytes32,uint8)",
        "(uint64,uint8,bytes32,uint256[4],uint32,uint32,uint32)",
        "(bytes32,bytes32,uint8)",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ()
    current: structs.Published
    first: structs.Statement
    first_signature: structs.Signature
    second: structs.Statement
    second_signature: structs.Signature

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(
            structs.Published.of(values[0]),
            structs.Statement.of(values[1]),
            structs.Signature.of(values[2]),
            structs.Statement.of(values[3]),
            structs.Signature.of(values[4]),
        )

    @classmethod
    def _result(cls, values: Sequence[Any]) -> None:
        return


@dataclass(frozen=True, slots=True)
class Slashed(Call[bool]):
    """Whether two statements signed for a slot and attempt have cost the operator already."""

    SELECTOR: ClassVar[bytes] = bytes.fromhex("28d4872d")
    INPUTS: ClassVar[tuple[str, ...]] = (
        "uint64",
        "uint8",
    )
    OUTPUTS: ClassVar[tuple[str, ...]] = ("bool",)
    slot: int
    attempt: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build it from decoded values."""
        return cls(values[0], values[1])

    @classmethod
    def _result(cls, values: Sequence[Any]) -> bool:
        result: bool = values[0]
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


EVENTS: tuple[type[Event], ...] = (TwoStatementsSlashedEvent,)
ERRORS: tuple[type[RevertReason], ...] = (
    CurveOperationFailedError,
    NoSuchNodeError,
    NotItsPartError,
    NotTheLeafError,
    NotThePreviousError,
    NotTwoStatementsError,
    StillChallengeableError,
    UnfoundedError,
    WrongPathLengthError,
    WrongStepError,
)
