"""The Modbus adapter and the fake Edge, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from openems_bridge.edge.interface import BatteryKind, EdgeUnreachable, EdgeWriteRefused, Finding, Lost
from openems_bridge.edge.modbus import ModbusOptions
from openems_bridge.edge.modbus.connection import ModbusConnection
from openems_bridge.edge.modbus.layout import Span
from openems_bridge.edge.outage import EdgeWrongAnswer
from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.options import EssLayout, FakeEdgeOptions
from openems_bridge.telemetry import EdgeState, GridMode, Register

from .following import following, modbus


def options(**changes: object) -> FakeEdgeOptions:
    return FakeEdgeOptions(**{"cycle_ms": 50, "start": 12 * 3600.0, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "components", [("_sum", "ess0"), ("meter0", "ess0", "_sum"), ("ess0", "meter0", "_sum")]
)
async def test_values_wherever_the_registers_are(components: tuple[str, ...]) -> None:
    async with FakeEdge(options(modbus_components=components)) as fake, following(modbus(fake)) as follower:
        connected = await follower.connected()
        assert connected.topology.battery is not None
        assert connected.topology.battery.id == "ess0"
        values = await follower.values()
        assert values.grid_power is not None
        assert values.battery_power is not None
        assert values.solar_power is not None
        assert values.consumption_power is not None
        balance = values.consumption_power - values.solar_power - values.battery_power
        assert abs(values.grid_power - balance) <= 2
        assert values.edge_state is EdgeState.OK
        assert values.grid_mode is GridMode.ON_GRID
        assert values.soc is not None
        assert values.capacity is not None
        assert values.allowed_discharge_power is not None
        assert set(values.counters) == set(Register)
        assert None not in values.counters.values()


async def test_set_point_is_followed_and_ends_by_silence() -> None:
    async with FakeEdge(options(api_timeout=10)) as fake:
        edge = modbus(fake)
        async with following(edge) as follower:
            connected = await follower.connected()
            assert connected.topology.control is not None
            assert not connected.topology.control.releasable
            assert connected.topology.control.confirmed
            assert edge.actuator is not None
            await edge.actuator.write(-1500)
            while (await follower.values()).battery_power != -1500:
                pass
            await edge.actuator.release()
            assert fake.core.value("ess0/DebugSetActivePower") == -1500, "there is no null over Modbus"
            while (await follower.values()).battery_power == -1500:
                pass


async def test_restart_is_survived() -> None:
    async with FakeEdge(options()) as fake:
        edge = modbus(fake)
        async with following(edge) as follower:
            await follower.values()
            restart = asyncio.create_task(fake.restart(silent_seconds=0.3))
            assert (await follower.lost()).problem == "unreachable"
            with pytest.raises(EdgeUnreachable):
                await edge.write(1)
            await follower.connected()
            await follower.values()
            await restart


async def test_registers_that_move_are_found_again_and_never_written_blindly() -> None:
    async with FakeEdge(options()) as fake:
        edge = modbus(fake)
        async with following(edge) as follower:
            await follower.connected()
            # In this layout the reads of the former one would end inside records.
            fake.serve_over_modbus(("_meta", "_sum", "ess0"))
            with pytest.raises(EdgeWriteRefused, match="moved"):
                await edge.write(100)
            assert fake.core.workers["ctrlApiModbusTcp0"].values == {}
            await follower.connected()
            assert not [event for event in follower.seen if isinstance(event, Lost)]
            await edge.write(700)
            while (await follower.values()).battery_power != 700:
                pass
            for _ in range(5):
                assert (await follower.values()).edge_state is EdgeState.OK, "no read ended inside a record"


@asynccontextmanager
async def scripted(answer: bytes | None) -> AsyncIterator[ModbusConnection]:
    """A server that answers every request with one PDU, or never."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                header = await reader.readexactly(7)
                await reader.readexactly(int.from_bytes(header[4:6]) - 1)
                if answer is not None:
                    writer.write(header[:4] + (len(answer) + 1).to_bytes(2) + header[6:] + answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connection = ModbusConnection(ModbusOptions(host="127.0.0.1", port=port, request_timeout=0.3))
    await connection.open()
    try:
        yield connection
    finally:
        connection.close()
        server.close()
        await server.wait_closed()


async def test_an_exception_to_a_write_is_a_refusal() -> None:
    async with scripted(b"\x90\x02") as connection:
        with pytest.raises(EdgeWriteRefused, match="exception 2"):
            await connection.write_f32(Span(706, 2), 100)


async def test_an_exception_to_a_read_is_a_wrong_answer() -> None:
    async with scripted(b"\x83\x02") as connection:
        with pytest.raises(EdgeWrongAnswer, match="layout"):
            await connection.read((Span(0, 2),))


async def test_no_answer_is_unreachable_and_a_cancellation_stays_one() -> None:
    async with scripted(None) as connection:
        with pytest.raises(EdgeUnreachable):
            await connection.read((Span(0, 2),))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await connection.read((Span(0, 2),))


@pytest.mark.parametrize("value", [float("nan"), 1.5, True])
async def test_only_whole_watts_are_written(value: float) -> None:
    async with FakeEdge(options()) as fake:
        edge = modbus(fake)
        async with following(edge) as follower:
            await follower.connected()
            with pytest.raises(EdgeWriteRefused, match="whole number"):
                await edge.write(value)  # type: ignore[arg-type]
            assert fake.core.workers["ctrlApiModbusTcp0"].values == {}


async def test_hybrid() -> None:
    async with FakeEdge(options(hybrid=True)) as fake, following(modbus(fake)) as follower:
        connected = await follower.connected()
        assert connected.topology.battery is not None
        assert connected.topology.battery.kind is BatteryKind.HYBRID
        values = await follower.values()
        assert values.ess_power is not None
        assert values.battery_power is not None
        assert values.solar_power is not None
        assert abs(values.ess_power - values.battery_power - values.solar_power) <= 2
        assert Register.BATTERY_CHARGE not in values.counters


async def test_missing_totals_are_told() -> None:
    async with FakeEdge(options(modbus_components=("ess0",))) as fake, following(modbus(fake)) as follower:
        lost = await follower.lost()
        assert lost.problem == "wrong_answer"
        assert "component.ids" in lost.detail


async def test_no_read_puts_the_edge_into_a_fault() -> None:
    two = options(ess=EssLayout.TWO, modbus_components=("_sum", "ess0", "ess1"))
    async with FakeEdge(two) as fake, following(modbus(fake, battery="ess1")) as follower:
        for _ in range(5):
            values = await follower.values()
        assert values.edge_state is EdgeState.OK
        assert values.soc is not None
        assert Register.BATTERY_CHARGE not in values.counters


async def test_inspection() -> None:
    async with FakeEdge(options()) as fake:
        edge = modbus(fake, confirm=False)
        lines = await edge.inspect()
    assert not [line for line in lines if line.finding is Finding.ERROR]
    assert any(line.finding is Finding.WARNING and "confirm_no_release" in line.message for line in lines)
    lines = await edge.inspect()
    assert [line.finding for line in lines] == [Finding.ERROR]
    assert await edge.energy_history(0, 900, 900) is None
    await edge.close()
