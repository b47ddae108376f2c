"""Controller.Api.ModbusTcp: a Modbus/TCP server with exactly the habits that facts/openems.md tells of.

pymodbus' own server is not used, because it would be kinder: it answers reads that end inside a record, limits reads
to 125 registers, and knows no limit of connections.
"""

import asyncio
import contextlib
import logging
import math
import struct
from collections.abc import Iterator
from typing import Final

from openems_bridge.fake_edge.channels import Value
from openems_bridge.fake_edge.cycle import EdgeCore
from openems_bridge.fake_edge.modbus_layout import Record, RecordType, records

_LOG = logging.getLogger(__name__)

UNIT: Final = 1
LONGEST_READ: Final = 126
FAULT_SECONDS: Final = 60
_READ = (3, 4)
_WRITE_SINGLE, _WRITE_MULTIPLE = 6, 16
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
_UNDEFINED: Final = 0xFFFF


class ModbusRefused(Exception):
    """An exception answer."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception code {code}")
        self.code = code


class RegisterMap:
    """What the registers read and what writing them does; no network."""

    def __init__(
        self, core: EdgeCore, controller_id: str, component_ids: tuple[str, ...], *, read_only: bool
    ) -> None:
        self._core = core
        self._controller = controller_id
        self._records = records(core, component_ids, read_only=read_only)

    def read(self, address: int, count: int) -> bytes:
        """Return so many registers. Raises ModbusRefused.

        What belongs to no record (and the rest of a record whose start is not read) is 0xFFFF; a read that ends
        inside a record is refused and raises a fault.
        """
        if not 1 <= count <= LONGEST_READ:
            raise ModbusRefused(_ILLEGAL_VALUE)
        if address + count > 0x10000:
            raise ModbusRefused(_ILLEGAL_ADDRESS)
        result = bytearray()
        at, end = address, address + count
        while at < end:
            record = self._records.get(at)
            if record is None:
                result += _UNDEFINED.to_bytes(2)
                at += 1
                continue
            if at + record.words > end:
                self._core.report_fault(self._controller, FAULT_SECONDS)
                raise ModbusRefused(_ILLEGAL_ADDRESS)
            result += encoded(record.type, record.read())
            at += record.words
        return bytes(result)

    def write_single(self, address: int, word: bytes) -> None:
        """Write one register (FC6). Raises ModbusRefused where a record is longer than that."""
        record = self._records.get(address)
        if record is None or record.words != 1:
            raise ModbusRefused(_ILLEGAL_ADDRESS)
        self._store(record, word)

    def write_multiple(self, address: int, words: bytes) -> None:
        """Write registers (FC16). Raises ModbusRefused where they end inside a record; then nothing is written."""
        for record, part in list(self._covered(address, words)):
            self._store(record, part)

    def _covered(self, address: int, words: bytes) -> Iterator[tuple[Record, bytes]]:
        at, end = address, address + len(words) // 2
        while at < end:
            record = self._records.get(at)
            if record is None:
                at += 1
                continue
            if at + record.words > end:
                raise ModbusRefused(_ILLEGAL_ADDRESS)
            yield record, words[(at - address) * 2 : (at - address + record.words) * 2]
            at += record.words

    def _store(self, record: Record, data: bytes) -> None:
        if record.channel is None or not record.writable:
            # The Edge logs it and answers as if all were well.
            _LOG.warning("write to the read-only register %d", record.address)
            return
        self._core.write(self._controller, record.channel, decoded(record.type, data))


def encoded(kind: RecordType, value: Value) -> bytes:
    """Return a value's registers, big-endian; undefined is NaN for floats, 0xFFFF for integers."""
    match kind:
        case RecordType.STRING16:
            return str(value or "").encode()[:32].ljust(32, b"\0")
        case RecordType.UINT16:
            return (_UNDEFINED if value is None or isinstance(value, str) else int(value) & 0xFFFF).to_bytes(
                2
            )
        case RecordType.FLOAT32:
            return struct.pack(">f", math.nan if value is None or isinstance(value, str) else value)
        case RecordType.FLOAT64:
            return struct.pack(">d", math.nan if value is None or isinstance(value, str) else value)


def decoded(kind: RecordType, data: bytes) -> object:
    """Return what a client wrote into a record. A NaN stays one: the Edge finds out when it applies it."""
    match kind:
        case RecordType.STRING16:
            return data.rstrip(b"\0").decode(errors="replace")
        case RecordType.UINT16:
            return int.from_bytes(data)
        case RecordType.FLOAT32:
            return struct.unpack(">f", data)[0]
        case RecordType.FLOAT64:
            return struct.unpack(">d", data)[0]


class ModbusServer:
    """The TCP side: framing, five connections, an end to idle ones."""

    def __init__(
        self, registers: RegisterMap, core: EdgeCore, host: str, port: int, *, limit: int, idle: float
    ) -> None:
        self.port = port
        self.registers = registers
        """What is served; another map counts from the next request on."""
        self._core = core
        self._host = host
        self._limit = limit
        self._idle = idle
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        self._server = await asyncio.start_server(self._serve, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and break every connection."""
        if self._server:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self._limit:
            writer.close()
            return
        self._open.add(writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
                while True:
                    await self._exchange(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(self._idle):
            transaction, protocol, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
            if protocol != 0 or not 2 <= length <= 260:
                raise ConnectionError("not Modbus/TCP")
            request = await reader.readexactly(length - 1)
        if self._core.faults.delay:
            await asyncio.sleep(self._core.faults.delay)
        answer = self._answer(unit, request)
        writer.write(struct.pack(">HHHB", transaction, 0, len(answer) + 1, unit) + answer)
        await writer.drain()

    def _answer(self, unit: int, request: bytes) -> bytes:
        function = request[0]
        try:
            if unit != UNIT:
                raise ModbusRefused(_ILLEGAL_ADDRESS)
            return self._execute(function, request)
        except ModbusRefused as error:
            return bytes((function | 0x80, error.code))
        except struct.error:
            return bytes((function | 0x80, _ILLEGAL_VALUE))

    def _execute(self, function: int, request: bytes) -> bytes:
        if function in _READ:
            address, count = struct.unpack(">HH", request[1:5])
            data = self.registers.read(address, count)
            return bytes((function, len(data))) + data
        if function == _WRITE_SINGLE:
            (address,) = struct.unpack(">H", request[1:3])
            if len(request) != 5:
                raise ModbusRefused(_ILLEGAL_VALUE)
            self.registers.write_single(address, request[3:5])
            return request
        if function == _WRITE_MULTIPLE:
            address, count, size = struct.unpack(">HHB", request[1:6])
            data = request[6:]
            if size != len(data) or size != 2 * count or count == 0:
                raise ModbusRefused(_ILLEGAL_VALUE)
            self.registers.write_multiple(address, data)
            return request[:5]
        raise ModbusRefused(_ILLEGAL_FUNCTION)
