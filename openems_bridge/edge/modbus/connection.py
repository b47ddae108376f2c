"""One Modbus/TCP connection through pymodbus: reads, the one kind of write, time-outs, plain errors."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from openems_bridge.edge.interface import EdgeUnreachable, EdgeWriteRefused
from openems_bridge.edge.modbus.codec import encode_f32
from openems_bridge.edge.modbus.layout import Layout, LayoutError, ModbusComponent, Span, discover
from openems_bridge.edge.modbus.options import ModbusOptions
from openems_bridge.edge.outage import EdgeWrongAnswer


class ModbusConnection:
    """A connection that is opened once and thrown away when it breaks. Every answer has its time-out."""

    def __init__(self, options: ModbusOptions) -> None:
        self._options = options
        # pymodbus neither reconnects nor repeats: the adapter does, and says so.
        self._client = AsyncModbusTcpClient(
            options.host, port=options.port, timeout=options.request_timeout, retries=0, reconnect_delay=0
        )
        self._one_at_a_time = asyncio.Lock()

    async def open(self) -> None:
        """Connect. Raises EdgeUnreachable."""
        try:
            connected = await self._client.connect()
        except (ModbusException, OSError) as error:
            raise self._unreachable(error) from error
        if not connected:
            raise EdgeUnreachable(
                f"No connection to {self._options.address}: check host and port, and that "
                "Controller.Api.ModbusTcp is active on the Edge and has fewer than five clients."
            )

    def close(self) -> None:
        """Drop the connection."""
        self._client.close()

    async def read(self, spans: Iterable[Span]) -> dict[int, int]:
        """Return register values by address. Raises EdgeUnreachable, EdgeWrongAnswer."""
        registers: dict[int, int] = {}
        for span in spans:
            registers.update(enumerate(await self._read(span), start=span.address))
        return registers

    async def unmoved(self, chain: Iterable[ModbusComponent]) -> bool:
        """Return whether components that follow each other from the first still are where they were found."""
        for component in chain:
            if not component.is_at(await self._read(component.header)):
                return False
        return True

    async def discover(self) -> Layout:
        """Return the Edge's layout from its headers. Raises EdgeUnreachable, EdgeWrongAnswer."""
        walk = discover()
        try:
            span = next(walk)
            while True:
                span = walk.send(await self._read(span))
        except StopIteration as done:
            layout: Layout = done.value
            return layout
        except LayoutError as error:
            raise EdgeWrongAnswer(str(error)) from error

    async def write_f32(self, span: Span, value: int) -> None:
        """Write a float32 as one FC16. Raises EdgeWriteRefused, EdgeUnreachable."""
        try:
            registers = encode_f32(value)
        except ValueError as error:
            raise EdgeWriteRefused(f"Not written: {error}.") from error
        answer = await self._exchange(
            partial(self._client.write_registers, span.address, list(registers), device_id=self._options.unit)
        )
        if answer.isError():
            raise EdgeWriteRefused(
                f"The Edge refused a set-point over Modbus (exception {answer.exception_code}): the controller must "
                "be Controller.Api.ModbusTcp.ReadWrite."
            )

    async def _read(self, span: Span) -> Sequence[int]:
        answer = await self._exchange(
            partial(
                self._client.read_holding_registers,
                span.address,
                count=span.count,
                device_id=self._options.unit,
            )
        )
        if answer.isError() or len(answer.registers) != span.count:
            raise EdgeWrongAnswer(
                f"The Edge refused to read {span.count} registers from {span.address}: has its layout changed?"
            )
        return answer.registers

    async def _exchange(self, call: Callable[[], Awaitable[ModbusPDU]]) -> ModbusPDU:
        async with self._one_at_a_time:
            try:
                return await call()
            except ModbusException as error:
                if isinstance(error.__cause__, asyncio.CancelledError):
                    # pymodbus turns a cancellation into an error of its own: the task must end all the same.
                    raise error.__cause__ from None
                raise self._unreachable(error) from error
            except OSError as error:
                raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> EdgeUnreachable:
        return EdgeUnreachable(
            f"{self._options.address} does not answer over Modbus ({type(error).__name__})."
        )
