"""What generates behind a meter, as households say it, operators check it and the registry of the community keeps it.

Source: ``CommunityRegistry.Plant`` (contracts/src); the numbers of the Marktstammdatenregister, the German register of
plants (facts/ledger.md): three letters, a 9, ten digits and a check digit.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum

from dems_protocol.words import require_bytes32

NO_UNIT = bytes(32)
_UNIT_NUMBER = re.compile(r"SEE9\d{11}", re.ASCII)
_FIRST_DAY = date(1970, 1, 2)
"""0 s stands for an unknown day, and the registry knows no earlier ones."""


class PlantKind(IntEnum):
    """What generates. The numbers are the contract's and part of the certificates."""

    NONE = 0
    SOLAR = 1
    WIND = 2
    HYDRO = 3
    BIOMASS = 4
    NOT_RENEWABLE = 5

    @property
    def word(self) -> str:
        """The kind as it is configured and shown: ``solar``, ``not_renewable``."""
        return self.name.lower()

    @classmethod
    def of_word(cls, text: str) -> PlantKind:
        """Return the kind of a word; ValueError names the words there are."""
        for kind in cls:
            if kind.word == text:
                return kind
        raise ValueError(f"expected one of {', '.join(kind.word for kind in cls)}, found {text[:60]!r}")


def require_unit_number(text: str) -> str:
    """Return the number of a generating unit in the Marktstammdatenregister; ValueError says what is wrong with it."""
    if not _UNIT_NUMBER.fullmatch(text):
        raise ValueError(
            f"a unit's number in the Marktstammdatenregister is SEE9 and eleven more digits, found {text[:60]!r}"
        )
    weighed = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(text[3:]))
    if weighed % 10:
        raise ValueError(f"the check digit of {text} is wrong: compare it with the Marktstammdatenregister")
    return text


def encode_unit(number: str | None) -> bytes:
    """Return a unit's number as the registry takes it: ASCII in 32 bytes; zeros for none. ValueError for a wrong one."""
    return NO_UNIT if number is None else require_unit_number(number).encode("ascii").ljust(32, b"\0")


def decode_unit(word: bytes) -> str | None:
    """Read `encode_unit`'s output; ValueError for anything else."""
    require_bytes32("unit number", word)
    if word == NO_UNIT:
        return None
    try:
        text = word.rstrip(b"\0").decode("ascii")
    except UnicodeDecodeError:
        raise ValueError("the unit's number is not ASCII") from None
    return require_unit_number(text)


def encode_day(day: date | None) -> int:
    """Return the day on which a plant began to operate as unix seconds (its midnight in UTC), 0 for an unknown one.

    ValueError for a day before 1970-01-02, which the registry cannot keep.
    """
    if day is None:
        return 0
    if day < _FIRST_DAY:
        raise ValueError(f"the registry keeps days from {_FIRST_DAY} on, not {day}: leave it out")
    return int(datetime.combine(day, time(), UTC).timestamp())


def decode_day(seconds: int) -> date | None:
    """Return the UTC day of a start of operation; None for 0. ValueError for one beyond the calendar."""
    if not seconds:
        return None
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date()
    except OverflowError:
        raise ValueError(f"{seconds} s lie beyond the calendar") from None
