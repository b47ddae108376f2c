"""Sentence by sentence: facts/openems.md, "Modbus/TCP"."""

import asyncio
import math
import struct
from contextlib import AsyncExitStack

import pytest
from pymodbus.client import AsyncModbusTcpClient

from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.modbus_layout import nature_hash
from openems_bridge.fake_edge.options import EssLayout
from tests.fake_edge.conftest import start

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
SET_ACTIVE_POWER = 706


class Refusal(Exception):
    """An exception answer, with its code."""


class RawClient:
    """Speaks Modbus/TCP byte by byte, so that it can ask what a well-behaved library would not."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, request: bytes, unit: int = 1) -> bytes:
        self.writer.write(struct.pack(">HHHB", 7, 0, len(request) + 1, unit) + request)
        header = await asyncio.wait_for(self.reader.readexactly(7), 5)
        transaction, protocol, length, answered_unit = struct.unpack(">HHHB", header)
        assert (transaction, protocol, answered_unit) == (7, 0, unit)
        answer = await self.reader.readexactly(length - 1)
        if answer[0] & 0x80:
            raise Refusal(answer[1])
        assert answer[0] == request[0]
        return answer

    async def read(self, address: int, count: int, function: int = 3, unit: int = 1) -> bytes:
        answer = await self.ask(struct.pack(">BHH", function, address, count), unit)
        assert answer[1] == len(answer) - 2 == 2 * count
        return answer[2:]

    async def u16(self, address: int) -> int:
        return int.from_bytes(await self.read(address, 1))

    async def f32(self, address: int) -> float:
        value: float = struct.unpack(">f", await self.read(address, 2))[0]
        return value

    async def f64(self, address: int) -> float:
        value: float = struct.unpack(">d", await self.read(address, 4))[0]
        return value

    async def text(self, address: int) -> str:
        return (await self.read(address, 16)).rstrip(b"\0").decode()

    async def write(self, address: int, data: bytes) -> None:
        await self.ask(struct.pack(">BHHB", 16, address, len(data) // 2, len(data)) + data)

    async def write_f32(self, address: int, value: float) -> None:
        await self.write(address, struct.pack(">f", value))


async def connect(edge: FakeEdge, stack: AsyncExitStack) -> RawClient:
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.modbus_port)
    stack.callback(writer.close)
    return RawClient(reader, writer)


@pytest.fixture
async def modbus(edge: FakeEdge, stack: AsyncExitStack) -> RawClient:
    await edge.step(400)
    return await connect(edge, stack)


async def test_the_headers_lead_to_everything(modbus: RawClient) -> None:
    assert await modbus.u16(0) == 0x6201
    assert await modbus.u16(1) == 199
    assert await modbus.text(200) == "_sum"
    assert (await modbus.u16(216), await modbus.u16(220), await modbus.u16(221)) == (300, 0xB3DC, 80)
    assert (await modbus.u16(300), await modbus.u16(301)) == (0x462B, 220)
    assert await modbus.text(500) == "ess0"
    assert [await modbus.u16(at) for at in (520, 600, 700)] == [0xB3DC, 0x42EE, 0xA3ED]
    # Beyond the last component there is no header.
    length = await modbus.u16(516)
    assert await modbus.u16(500 + length) == 0xFFFF


@pytest.mark.parametrize(
    ("nature", "code"),
    [
        ("OpenemsComponent", 0xB3DC),
        ("Sum", 0x462B),
        ("SymmetricEss", 0x42EE),
        ("ManagedSymmetricEss", 0xA3ED),
        ("HybridEss", 0xBDC9),
        ("StartStoppable", 0x7CE6),
        ("ElectricityMeter", 0xEBB8),
        ("AsymmetricEss", 0x958F),
    ],
)
def test_nature_hashes_are_those_of_the_facts(nature: str, code: int) -> None:
    assert nature_hash(nature) == code


@pytest.mark.parametrize(
    ("address", "channel"),
    [
        (303, "_sum/EssActivePower"),
        (315, "_sum/GridActivePower"),
        (327, "_sum/ProductionActivePower"),
        (331, "_sum/ProductionAcActivePower"),
        (343, "_sum/ConsumptionActivePower"),
        (415, "_sum/EssDischargePower"),
        (420, "_sum/EssCapacity"),
        (604, "ess0/ActivePower"),
        (606, "ess0/ReactivePower"),
        (616, "ess0/Capacity"),
        (618, "ess0/MaxApparentPower"),
        (702, "ess0/AllowedChargePower"),
        (704, "ess0/AllowedDischargePower"),
    ],
)
async def test_float32_registers(edge: FakeEdge, modbus: RawClient, address: int, channel: str) -> None:
    assert await modbus.f32(address) == pytest.approx(edge.core.value(channel), abs=20)


@pytest.mark.parametrize(
    ("address", "channel"),
    [
        (222, "_sum/State"),
        (302, "_sum/EssSoc"),
        (417, "_sum/GridMode"),
        (522, "ess0/State"),
        (602, "ess0/Soc"),
        (603, "ess0/GridMode"),
    ],
)
async def test_uint16_registers(edge: FakeEdge, modbus: RawClient, address: int, channel: str) -> None:
    assert await modbus.u16(address) == edge.core.value(channel)


async def test_energy_is_float64(edge: FakeEdge, modbus: RawClient) -> None:
    names = (
        "EssActiveChargeEnergy",
        "EssActiveDischargeEnergy",
        "GridBuyActiveEnergy",
        "GridSellActiveEnergy",
        "ProductionActiveEnergy",
        "ProductionAcActiveEnergy",
        "ProductionDcActiveEnergy",
        "ConsumptionActiveEnergy",
    )
    for index, name in enumerate(names):
        value = edge.core.value(f"_sum/{name}")
        read = await modbus.f64(351 + 4 * index)
        assert math.isnan(read) if value is None else read == value
    assert await modbus.f64(379) > 0


async def test_fc4_is_fc3(modbus: RawClient) -> None:
    assert await modbus.read(200, 100, function=4) == await modbus.read(200, 100, function=3)


async def test_undefined_is_nan_and_ffff(edge: FakeEdge, modbus: RawClient) -> None:
    edge.faults.undefined = {"_sum/EssSoc", "_sum/GridActivePower", "_sum/GridBuyActiveEnergy"}
    await edge.step()
    assert await modbus.u16(302) == 0xFFFF
    assert math.isnan(await modbus.f32(315))
    assert math.isnan(await modbus.f64(359))
    # A house without DC production.
    assert math.isnan(await modbus.f32(339))


async def test_an_undefined_grid_mode_reads_as_undefined(stack: AsyncExitStack) -> None:
    edge = await start(stack, ess=EssLayout.NONE, modbus_components=("_sum",))
    modbus = await connect(edge, stack)
    assert edge.core.value("_sum/GridMode") == -1
    assert await modbus.u16(417) == 0xFFFF
    assert await modbus.u16(302) == 0xFFFF
    assert math.isnan(await modbus.f32(303))


async def test_unmapped_registers_read_ffff(modbus: RawClient) -> None:
    assert await modbus.read(60_000, 3) == b"\xff" * 6
    assert await modbus.read(223, 5) == b"\xff" * 10
    # The second half of a float whose beginning is not read is no record either.
    assert await modbus.u16(304) == 0xFFFF


async def test_a_read_that_ends_inside_a_record_is_an_illegal_address_and_a_fault_for_60_s(
    edge: FakeEdge, modbus: RawClient
) -> None:
    assert edge.core.value("ctrlApiModbusTcp0/State") == 0
    with pytest.raises(Refusal, match=str(ILLEGAL_ADDRESS)):
        await modbus.read(302, 2)
    await edge.step()
    assert edge.core.value("ctrlApiModbusTcp0/State") == edge.core.value("_sum/State") == 3
    await edge.step(60)
    assert edge.core.value("ctrlApiModbusTcp0/State") == edge.core.value("_sum/State") == 0


@pytest.mark.parametrize(("count", "accepted"), [(1, True), (126, True), (127, False), (0, False)])
async def test_at_most_126_registers_a_read(modbus: RawClient, count: int, accepted: bool) -> None:
    if accepted:
        assert len(await modbus.read(50_000, count)) == 2 * count
    else:
        with pytest.raises(Refusal, match=str(ILLEGAL_VALUE)):
            await modbus.read(50_000, count)


async def test_a_float_is_written_as_one_fc16_of_two_registers(edge: FakeEdge, modbus: RawClient) -> None:
    assert struct.pack(">f", -5000) == bytes.fromhex("C59C4000")
    await modbus.write(SET_ACTIVE_POWER, bytes.fromhex("C59C4000"))
    await edge.step(4)
    assert edge.core.value("ess0/DebugSetActivePower") == edge.core.value("ess0/ActivePower") == -5000


async def test_fc6_on_a_float_is_refused(edge: FakeEdge, modbus: RawClient) -> None:
    with pytest.raises(Refusal, match=str(ILLEGAL_ADDRESS)):
        await modbus.ask(struct.pack(">BHH", 6, SET_ACTIVE_POWER, 0xC59C))
    assert not edge.core.workers["ctrlApiModbusTcp0"].values


async def test_half_a_float_is_refused(edge: FakeEdge, modbus: RawClient) -> None:
    with pytest.raises(Refusal, match=str(ILLEGAL_ADDRESS)):
        await modbus.write(SET_ACTIVE_POWER, b"\xc5\x9c")
    with pytest.raises(Refusal, match=str(ILLEGAL_ADDRESS)):
        await modbus.write(SET_ACTIVE_POWER, b"\xc5\x9c\x40\x00\xc5\x9c")
    assert not edge.core.workers["ctrlApiModbusTcp0"].values


async def test_write_only_registers_read_nan(modbus: RawClient) -> None:
    await modbus.write_f32(SET_ACTIVE_POWER, 1000)
    for address in (706, 708, 710, 712, 714, 716):
        assert math.isnan(await modbus.f32(address))


async def test_there_is_no_null_only_silence_releases(edge: FakeEdge, modbus: RawClient) -> None:
    await modbus.write_f32(SET_ACTIVE_POWER, -1000)
    await edge.step(59)
    assert edge.core.value("ess0/DebugSetActivePower") == -1000
    await edge.step(2)
    assert edge.core.value("ess0/DebugSetActivePower") != -1000


async def test_a_written_nan_stops_the_controller(edge: FakeEdge, modbus: RawClient) -> None:
    await modbus.write_f32(SET_ACTIVE_POWER, math.nan)
    await edge.step()
    assert edge.core.value("ctrlApiModbusTcp0/RunFailed") is True
    await modbus.write_f32(SET_ACTIVE_POWER, 500)
    await edge.step(4)
    assert edge.core.value("ctrlApiModbusTcp0/RunFailed") is False
    assert edge.core.value("ess0/ActivePower") == 500


async def test_less_and_greater_or_equal_limit(edge: FakeEdge, modbus: RawClient) -> None:
    await modbus.write_f32(710, -1500)
    await edge.step(4)
    value = edge.core.value("ess0/ActivePower")
    assert isinstance(value, int)
    assert value <= -1500
    await modbus.write_f32(714, -1500)
    await edge.step(4)
    assert edge.core.value("ess0/ActivePower") == -1500


async def test_a_write_to_a_read_only_register_is_answered_and_does_nothing(
    edge: FakeEdge, modbus: RawClient
) -> None:
    await modbus.write_f32(604, 1234)
    assert not edge.core.workers["ctrlApiModbusTcp0"].values


async def test_a_read_only_controller_takes_no_values(stack: AsyncExitStack) -> None:
    edge = await start(stack, modbus_read_only=True)
    modbus = await connect(edge, stack)
    await modbus.write_f32(SET_ACTIVE_POWER, 1234)
    assert not edge.core.workers["ctrlApiModbusTcp0"].values


async def test_only_unit_1_answers_and_only_registers(modbus: RawClient) -> None:
    with pytest.raises(Refusal, match=str(ILLEGAL_ADDRESS)):
        await modbus.read(0, 1, unit=2)
    with pytest.raises(Refusal, match=str(ILLEGAL_FUNCTION)):
        await modbus.ask(struct.pack(">BHH", 1, 0, 1))
    with pytest.raises(Refusal, match=str(ILLEGAL_VALUE)):
        await modbus.ask(b"\x03\x00")


async def test_addresses_shift_with_the_components(stack: AsyncExitStack) -> None:
    edge = await start(stack, modbus_components=("meter0", "nothing9", "ess0", "_sum"))
    await edge.step()
    modbus = await connect(edge, stack)
    assert await modbus.text(200) == "meter0"
    second = 200 + await modbus.u16(216)
    assert await modbus.text(second) == "ess0"
    third = second + await modbus.u16(second + 16)
    assert await modbus.text(third) == "_sum"
    assert await modbus.f32(third + 115) == edge.core.value("_sum/GridActivePower")
    assert await modbus.f32(200 + 108) == edge.core.value("meter0/ActivePower")


async def test_a_hybrid_has_the_nature_of_one(stack: AsyncExitStack) -> None:
    edge = await start(stack, hybrid=True)
    await edge.step(3)
    modbus = await connect(edge, stack)
    assert await modbus.u16(800) == 0xBDC9
    assert await modbus.f32(339) == edge.core.value("_sum/ProductionDcActualPower")
    assert math.isnan(await modbus.f32(331))


async def test_a_sixth_connection_is_closed(edge: FakeEdge, stack: AsyncExitStack) -> None:
    five = [await connect(edge, stack) for _ in range(5)]
    for client in five:
        assert await client.u16(0) == 0x6201
    sixth = await connect(edge, stack)
    assert await asyncio.wait_for(sixth.reader.read(), 5) == b""
    assert await five[0].u16(0) == 0x6201


async def test_an_idle_connection_is_closed(stack: AsyncExitStack) -> None:
    edge = await start(stack, modbus_idle_seconds=0.1)
    client = await connect(edge, stack)
    assert await client.u16(0) == 0x6201
    assert await asyncio.wait_for(client.reader.read(), 5) == b""


async def test_what_is_no_modbus_ends_the_connection(edge: FakeEdge, stack: AsyncExitStack) -> None:
    client = await connect(edge, stack)
    client.writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await asyncio.wait_for(client.reader.read(), 5) == b""


async def test_pymodbus_understands_it(edge: FakeEdge) -> None:
    assert edge.modbus_port
    client = AsyncModbusTcpClient("127.0.0.1", port=edge.modbus_port)
    assert await client.connect()
    try:
        answer = await client.read_holding_registers(602, count=1)
        assert answer.registers == [50]
        written = await client.write_registers(SET_ACTIVE_POWER, [0xC59C, 0x4000])
        assert not written.isError()
        await edge.step(4)
        assert edge.core.value("ess0/ActivePower") == -5000
        assert (await client.read_holding_registers(302, count=2)).isError()
    finally:
        client.close()
