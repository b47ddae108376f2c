import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from dems_protocol.words import decode_uint, decode_words, encode_words, hash_words


@given(st.integers(0, 2**256 - 1), st.binary(min_size=32, max_size=32), st.binary(min_size=20, max_size=20))
def test_words_are_what_solidity_encodes(number: int, word: bytes, address: bytes) -> None:
    expected = encode(["uint256", "bytes32", "address"], [number, word, address])
    assert encode_words(number, word, address) == expected
    assert decode_words(expected, 3) == [number.to_bytes(32), word, address.rjust(32, b"\0")]


@pytest.mark.parametrize("size", [0, 1, 19, 21, 31, 33])
def test_bytes_of_another_length_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"not {size} bytes"):
        encode_words(bytes(size))


def test_a_number_beyond_a_word_is_refused() -> None:
    for value in (-1, 2**256):
        with pytest.raises(OverflowError):
            encode_words(value)


def test_narrow_integers_are_refused_when_they_do_not_fit() -> None:
    assert decode_uint((2**64 - 1).to_bytes(32), 64) == 2**64 - 1
    with pytest.raises(ValueError, match="64 bits"):
        decode_uint((2**64).to_bytes(32), 64)
    with pytest.raises(ValueError, match="expected 2 words"):
        decode_words(bytes(63), 2)


@given(st.lists(st.integers(0, 2**256 - 1), max_size=4), st.lists(st.integers(0, 2**256 - 1), max_size=4))
def test_hashes_agree_only_for_the_same_words(left: list[int], right: list[int]) -> None:
    assert (hash_words(*left) == hash_words(*right)) == (left == right)
