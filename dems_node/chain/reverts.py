"""What a contract says when it refuses: its custom error's name, its values, and a sentence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from dems_node.json_types import Json
from dems_protocol.contracts import decode_error
from dems_protocol.contracts.abi import MalformedData, RevertReason, decode_values

_MESSAGE = bytes.fromhex("08c379a0")
"""The selector of ``Error(string)``: a ``require`` with a text."""
_PANIC = bytes.fromhex("4e487b71")
"""The selector of ``Panic(uint256)``: a bug in a contract (Solidity's documentation lists the codes)."""
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]*\d+|[A-Z]+")


@dataclass(frozen=True, slots=True)
class ContractError:
    """A decoded refusal, fit for a JSON document: integers beyond 2^53 are decimal texts, bytes are hex.

    ``name`` is the custom error's, ``Error`` for a text, ``Panic`` for a bug, ``unknown`` where nobody knows the
    selector, ``none`` where nothing was said (``message`` is the node's own then). ``notice`` is the contract's own explanation, empty where it has none.
    """

    name: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    notice: str = ""

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Read the data of a revert. Never raises: what cannot be read is shown as it came."""
        try:
            return cls._read(data)
        except MalformedData:
            return cls("unknown", {"data": f"0x{data.hex()}"})

    @classmethod
    def _read(cls, data: bytes) -> Self:
        if not data:
            return cls("none")
        if data[:4] == _MESSAGE:
            return cls("Error", {"message": str(decode_values("Error", ["string"], data[4:])[0])})
        if data[:4] == _PANIC:
            return cls("Panic", {"code": _shown(decode_values("Panic", ["uint256"], data[4:])[0])})
        reason = decode_error(data)
        if reason is None:
            return cls("unknown", {"data": f"0x{data.hex()}"})
        return cls(type(reason).__name__.removesuffix("Error"), _arguments(reason), reason.NOTICE)

    def __str__(self) -> str:
        words = " ".join(word if word.isupper() else word.lower() for word in _WORDS.findall(self.name))
        values = ", ".join(f"{name} {value}" for name, value in self.arguments.items())
        said = f"{words} ({values})" if values else words
        return f"The contract refused: {said}." + (f" {self.notice}" if self.notice else "")


def _arguments(reason: RevertReason) -> Mapping[str, Json]:
    message: Any = reason
    return {part.name: _shown(getattr(message, part.name)) for part in fields(message)}


def _shown(value: object) -> Json:
    match value:
        case bool() | str():
            return value
        case int():
            return value if abs(value) < 2**53 else str(value)
        case bytes():
            return f"0x{value.hex()}"
        case list() | tuple():
            return [_shown(item) for item in value]
        case _:
            return _shown_struct(value)


def _shown_struct(value: Any) -> Sequence[Json]:
    return [_shown(getattr(value, part.name)) for part in fields(value)]
