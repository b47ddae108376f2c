"""What the generated bindings are made of: calls, events and errors as frozen dataclasses that encode and decode.

Pure: nothing here speaks to a chain. Addresses are 20 bytes, ``bytesN`` are bytes, arrays are tuples. Source: the
contract ABI specification of Solidity; encoding by eth-abi.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, ClassVar, Self

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

WORD = 32


class MalformedData(ValueError):
    """Bytes that are not the ABI encoding of what was expected; the message says of what."""


class Struct:
    """A Solidity struct; its fields are in the order of the declaration."""

    __slots__ = ()


class Call[R]:
    """A call of an external function; its fields are the arguments. ``R`` is what the function returns."""

    __slots__ = ()
    SELECTOR: ClassVar[bytes]
    INPUTS: ClassVar[tuple[str, ...]]
    OUTPUTS: ClassVar[tuple[str, ...]]

    def calldata(self) -> bytes:
        """Return the data of the transaction or call."""
        return self.SELECTOR + encode(self.INPUTS, _arguments(self))

    @classmethod
    def returned(cls, data: bytes) -> R:
        """Read what the function returned; raises MalformedData (nothing at all often means: no contract there)."""
        return cls._result(decode_values(cls.__name__, cls.OUTPUTS, data))

    @classmethod
    def of_calldata(cls, data: bytes) -> Self:
        """Read the arguments out of a transaction's data; raises MalformedData if it is another call."""
        if data[:4] != cls.SELECTOR:
            raise MalformedData(f"{data[:4].hex()} is not the selector of {cls.__name__}")
        return cls.of(decode_values(cls.__name__, cls.INPUTS, data[4:]))

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build the call from decoded arguments."""
        raise NotImplementedError

    @classmethod
    def _result(cls, values: Sequence[Any]) -> R:
        raise NotImplementedError


class Event:
    """An event of a contract; its fields are the parameters, indexed or not."""

    __slots__ = ()
    TOPIC: ClassVar[bytes]
    INDEXED: ClassVar[tuple[str, ...]]
    DATA: ClassVar[tuple[str, ...]]
    ORDER: ClassVar[tuple[int, ...]]

    @classmethod
    def decode(cls, topics: Sequence[bytes], data: bytes) -> Self:
        """Read a log; raises MalformedData if it is another event's or damaged."""
        if not topics or bytes(topics[0]) != cls.TOPIC or len(topics) != len(cls.INDEXED) + 1:
            raise MalformedData(f"the log is not of {cls.__name__}")
        words = b"".join(map(bytes, topics[1:]))
        values = [
            *decode_values(cls.__name__, cls.INDEXED, words),
            *decode_values(cls.__name__, cls.DATA, data),
        ]
        return cls.of([values[place] for place in cls.ORDER])

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build the event from decoded parameters in the order of the declaration."""
        raise NotImplementedError


class RevertReason:
    """A custom error of a contract; its fields are what it says."""

    __slots__ = ()
    SELECTOR: ClassVar[bytes]
    INPUTS: ClassVar[tuple[str, ...]]
    NOTICE: ClassVar[str]

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the data of a revert; raises MalformedData if it is another error's."""
        if data[:4] != cls.SELECTOR:
            raise MalformedData(f"{data[:4].hex()} is not the selector of {cls.__name__}")
        return cls.of(decode_values(cls.__name__, cls.INPUTS, data[4:]))

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Build the error from decoded parameters."""
        raise NotImplementedError


def decode_values(what: str, types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """Decode values of these ABI types; raises MalformedData naming ``what``."""
    try:
        return tuple(decode(types, bytes(data)))
    except (DecodingError, UnicodeDecodeError) as error:
        raise MalformedData(f"{len(data)} bytes are not what {what} encodes: {error}") from error


def address(value: str) -> bytes:
    """Return the 20 bytes of an address as eth-abi decodes it."""
    return bytes.fromhex(value.removeprefix("0x"))


def encode_arguments(types: Sequence[str], *values: object) -> bytes:
    """Encode values of these ABI types, structs included, as constructors take them behind the creation code."""
    return encode(types, [_plain(value) for value in values])


def _arguments(message: Any) -> tuple[Any, ...]:
    return tuple(_plain(getattr(message, field.name)) for field in fields(message))


def _plain(value: object) -> object:
    if isinstance(value, Struct):
        return _arguments(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
