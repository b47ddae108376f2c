"""The encrypted file: it opens with its passphrase, whole, or not at all."""

import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_node.keys.container import (
    CHUNK_BYTES,
    FORMAT,
    MAGIC,
    NotSealed,
    ScryptCost,
    SealedAltered,
    SealedReader,
    SealedTooNew,
    SealedWriter,
    seal,
    unseal,
)
from dems_node.keys.errors import KeysUnusable, WrongPassphrase
from dems_node.keys.passphrase import Passphrase
from tests.keys.places import CHEAP, OTHER_PASSPHRASE, PASSPHRASE

KIND = "test"


def _sealed(content: bytes) -> bytes:
    target = BytesIO()
    seal(content, target, KIND, PASSPHRASE, CHEAP)
    return target.getvalue()


def _opened(data: bytes, kind: str = KIND, passphrase: Passphrase = PASSPHRASE) -> bytes:
    return unseal(BytesIO(data), kind, passphrase)


def _with_header(data: bytes, **changed: object) -> bytes:
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start])
    header = json.dumps(json.loads(data[start : start + length]) | changed).encode()
    return MAGIC + len(header).to_bytes(4) + header + data[start + length :]


@given(st.binary(max_size=300))
def test_what_was_sealed_is_what_is_opened(content: bytes) -> None:
    assert _opened(_sealed(content)) == content


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 2_500_000]
)
def test_every_length_around_a_chunk(size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    assert _opened(_sealed(content)) == content


def test_written_in_any_portions_it_reads_the_same() -> None:
    content = bytes(i % 253 for i in range(CHUNK_BYTES + 5000))
    target = BytesIO()
    writer = SealedWriter(target, KIND, PASSPHRASE, CHEAP)
    for start in range(0, len(content), 70_001):
        writer.write(content[start : start + 70_001])
    writer.finish()
    assert _opened(target.getvalue()) == content


def test_two_files_of_one_content_have_nothing_in_common() -> None:
    first, second = _sealed(b"the same"), _sealed(b"the same")
    assert first[-24:] != second[-24:]
    assert b"the same" not in first


def test_a_wrong_passphrase_is_told_apart() -> None:
    with pytest.raises(WrongPassphrase, match="does not open"):
        _opened(_sealed(b"content"), passphrase=OTHER_PASSPHRASE)


def test_no_changed_bit_goes_unnoticed() -> None:
    data = _sealed(b"content that nobody may change")
    for position in range(len(data)):
        for bit in (1, 128):
            altered = bytearray(data)
            altered[position] ^= bit
            with pytest.raises(KeysUnusable):
                _opened(bytes(altered))


def test_no_truncation_goes_unnoticed() -> None:
    data = _sealed(b"content that nobody may shorten")
    for length in range(len(data)):
        with pytest.raises(KeysUnusable):
            _opened(data[:length])


def test_truncation_between_two_chunks_is_noticed() -> None:
    data = _sealed(bytes(2 * CHUNK_BYTES + 10))
    tag = 16
    for chunks in (1, 2):
        end = len(data) - (10 + tag) - (2 - chunks) * (CHUNK_BYTES + tag)
        with pytest.raises(SealedAltered, match="cut off"):
            _opened(data[:end])


def test_chunks_cannot_be_swapped_repeated_or_appended() -> None:
    data = _sealed(bytes(CHUNK_BYTES) + bytes([1]) * CHUNK_BYTES + b"end")
    size = CHUNK_BYTES + 16
    start = len(data) - (2 * size + 3 + 16)
    head, first, second, last = (
        data[:start],
        data[start : start + size],
        data[start + size : start + 2 * size],
        data[start + 2 * size :],
    )
    for chunks in (second + first + last, first + first + second + last, first + second + last + last):
        with pytest.raises(SealedAltered):
            _opened(head + chunks)


def test_a_newer_format_asks_for_the_newer_version() -> None:
    with pytest.raises(SealedTooNew, match=f"format {FORMAT + 1}.*Install that version"):
        _opened(_with_header(_sealed(b"content"), format=FORMAT + 1))


@pytest.mark.parametrize("number", [0, -1, "1", None, 0.5])
def test_a_format_that_never_was_is_damage(number: object) -> None:
    with pytest.raises(SealedAltered):
        _opened(_with_header(_sealed(b"content"), format=number))


def test_a_file_of_another_kind_is_named() -> None:
    with pytest.raises(NotSealed, match="'test', not 'keys'"):
        _opened(_sealed(b"content"), kind="keys")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", MAGIC[:-1], b"\0" * 4096])
def test_any_other_file_is_told_apart(data: bytes) -> None:
    with pytest.raises(NotSealed, match="not an encrypted file"):
        _opened(data)


@pytest.mark.parametrize(
    "kdf",
    [
        {"n": 2**40, "r": 8, "p": 1},
        {"n": 2**17, "r": 2**20, "p": 1},
        {"n": 16, "r": 8, "p": 10**9},
        {"n": 17, "r": 8, "p": 1},
        {"n": -16, "r": 8, "p": 1},
        {"n": "16", "r": 8, "p": 1},
        {},
    ],
)
def test_a_changed_cost_never_takes_the_memory_of_the_machine(kdf: dict[str, object]) -> None:
    with pytest.raises(SealedAltered):
        _opened(_with_header(_sealed(b"content"), kdf={"salt": "00" * 32, **kdf}))


def test_a_cheaper_cost_does_not_open_it() -> None:
    data = _sealed(b"content")
    with pytest.raises(WrongPassphrase):
        _opened(_with_header(data, kdf={"name": "scrypt", "n": 2, "r": 1, "p": 1, "salt": "00" * 32}))


def test_unfinished_files_do_not_open() -> None:
    target = BytesIO()
    SealedWriter(target, KIND, PASSPHRASE, CHEAP).write(b"content")
    with pytest.raises(SealedAltered):
        _opened(target.getvalue())


def test_reading_in_small_portions() -> None:
    content = bytes(i % 251 for i in range(100_000))
    reader = SealedReader(BytesIO(_sealed(content)), KIND, PASSPHRASE)
    parts = iter(lambda: reader.read(777), b"")
    assert b"".join(part for part in parts if part) == content


@pytest.mark.parametrize(
    ("n", "r", "p"), [(0, 8, 1), (1, 8, 1), (3, 8, 1), (16, 0, 1), (16, 8, 0), (2**24, 8, 1)]
)
def test_costs_that_scrypt_does_not_know(n: int, r: int, p: int) -> None:
    with pytest.raises(ValueError, match="scrypt"):
        ScryptCost(n, r, p)
