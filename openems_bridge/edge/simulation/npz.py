"""Reads arrays out of a NumPy ``.npz`` archive, so that the bridge does not depend on NumPy for one file.

An ``.npz`` is a zip of ``.npy`` files; the layout of those is NumPy's "NPY format" 1.0 to 3.0
(numpy.lib.format): magic, version, header length, a Python literal with dtype, order and shape, raw data.
"""

import ast
import math
import struct
import sys
import zipfile
from array import array
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"\x93NUMPY"
_NUMBERS = {"|u1": "B", "<u2": "H", "<i2": "h", "<u4": "I", "<i4": "i", "<i8": "q", "<f4": "f", "<f8": "d"}


class MalformedArchive(ValueError):
    """The file is no archive of arrays of the documented layout. The text names file, array and what was found."""


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array of numbers in C order: ``values[i * shape[1] + j]``."""

    shape: tuple[int, ...]
    values: array[int] | array[float]

    def row(self, index: int) -> list[float]:
        """Return row ``index`` of a two-dimensional array. Raises IndexError where there is none."""
        rows, columns = self.shape
        if not 0 <= index < rows:
            raise IndexError(f"row {index} of {rows}")
        return list(self.values[index * columns : (index + 1) * columns])


class Archive:
    """An ``.npz`` file, read entry by entry. Raises OSError or MalformedArchive."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def numbers(self, name: str) -> StoredArray:
        """Return the numeric array ``name``."""
        descr, shape, data = self._entry(name)
        code = _NUMBERS.get(descr)
        if code is None:
            raise MalformedArchive(
                f"{self._path}: array {name} has the type {descr}, expected one of {sorted(_NUMBERS)}"
            )
        values: array[float] = array(code)
        if len(data) != values.itemsize * math.prod(shape):
            raise MalformedArchive(
                f"{self._path}: array {name} holds {len(data)} bytes, too few or too many for {shape}"
            )
        values.frombytes(data)
        if sys.byteorder == "big":
            values.byteswap()
        return StoredArray(shape, values)

    def text(self, name: str) -> str:
        """Return the text that the scalar string array ``name`` holds."""
        descr, _shape, data = self._entry(name)
        if not descr.startswith("<U"):
            raise MalformedArchive(f"{self._path}: {name} has the type {descr}, expected a text")
        return data.decode("utf-32-le").rstrip("\0")

    def _entry(self, name: str) -> tuple[str, tuple[int, ...], bytes]:
        try:
            with zipfile.ZipFile(self._path) as archive:
                raw = archive.read(f"{name}.npy")
        except KeyError:
            raise MalformedArchive(f"{self._path}: there is no array named {name}") from None
        except zipfile.BadZipFile as error:
            raise MalformedArchive(f"{self._path}: not an npz archive ({error})") from None
        return _split(raw, f"{self._path}: array {name}")


def _split(raw: bytes, where: str) -> tuple[str, tuple[int, ...], bytes]:
    if raw[:6] != _MAGIC or len(raw) < 12:
        raise MalformedArchive(f"{where} is no NPY data")
    wide = raw[6] >= 2
    (length,) = struct.unpack_from("<I" if wide else "<H", raw, 8)
    start = 12 if wide else 10
    try:
        header = ast.literal_eval(raw[start : start + length].decode("utf-8"))
        descr, shape, fortran = (
            str(header["descr"]),
            tuple(map(int, header["shape"])),
            bool(header["fortran_order"]),
        )
    except (ValueError, SyntaxError, KeyError, TypeError) as error:
        raise MalformedArchive(f"{where} has an unreadable header: {error}") from None
    if fortran and len(shape) > 1:
        raise MalformedArchive(f"{where} is in Fortran order, expected C order")
    return descr, shape, raw[start + length :]
