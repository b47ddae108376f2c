"""Plants as they are said, checked and kept."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_protocol.contracts.structs import Source
from dems_protocol.plants import (
    NO_UNIT,
    PlantKind,
    decode_day,
    decode_unit,
    encode_day,
    encode_unit,
    require_unit_number,
)

UNIT = "SEE984033548619"


def test_the_kinds_are_the_contracts() -> None:
    assert [(kind.name, int(kind)) for kind in PlantKind] == [(source.name, int(source)) for source in Source]


def test_a_kind_is_a_word() -> None:
    assert [PlantKind.of_word(kind.word) for kind in PlantKind] == list(PlantKind)
    with pytest.raises(ValueError, match=r"solar, wind.*found 'nuclear'"):
        PlantKind.of_word("nuclear")


def test_a_units_number_travels_as_a_word() -> None:
    assert encode_unit(UNIT) == UNIT.encode() + bytes(17)
    assert decode_unit(encode_unit(UNIT)) == UNIT
    assert encode_unit(None) == NO_UNIT
    assert decode_unit(NO_UNIT) is None


@given(place=st.integers(4, 14), change=st.integers(1, 9))
def test_one_wrong_digit_is_found(place: int, change: int) -> None:
    wrong = UNIT[:place] + str((int(UNIT[place]) + change) % 10) + UNIT[place + 1 :]
    with pytest.raises(ValueError, match="check digit"):
        require_unit_number(wrong)


@pytest.mark.parametrize(
    "wrong",
    ["", "SEL948991715391", "SNB980883363112", UNIT.lower(), UNIT + "0", UNIT[:-1], "SEE884033548619"],
)
def test_other_numbers_are_no_units(wrong: str) -> None:
    with pytest.raises(ValueError, match="SEE9 and eleven more digits"):
        require_unit_number(wrong)


@pytest.mark.parametrize("word", [b"\xff" * 32, b"x".ljust(32, b"\0"), bytes(31)])
def test_a_word_that_holds_no_number_is_refused(word: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_unit(word)


@given(day=st.dates(min_value=date(1970, 1, 2)))
def test_days_travel_as_seconds(day: date) -> None:
    assert decode_day(encode_day(day)) == day


def test_an_unknown_day_is_zero_and_an_early_one_is_refused() -> None:
    assert encode_day(None) == 0
    assert decode_day(0) is None
    with pytest.raises(ValueError, match="leave it out"):
        encode_day(date(1952, 5, 1))
    with pytest.raises(ValueError, match="calendar"):
        decode_day(2**63)
