"""The house without its battery, told apart from the battery's own movement."""

from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.dispatcher.house_net import AGREEING_CYCLES, WINDOW_CYCLES, HouseNet
from tests.dispatcher.house import telemetry


def after(net: HouseNet, house: int, battery: int, *, setpoint: int | None = None) -> HouseNet:
    return net.after(telemetry(grid_power=house - battery, battery_power=battery), setpoint)


@given(st.lists(st.integers(-9000, 9000), min_size=1), st.integers(-5000, 5000))
def test_with_a_battery_at_rest_every_change_is_believed_at_once(houses: list[int], battery: int) -> None:
    net = HouseNet()
    for house in houses:
        net = after(net, house, battery, setpoint=battery)
        assert net.power_w == house


@given(st.lists(st.tuples(st.integers(-9000, 9000), st.integers(-5000, 5000), st.integers(-5000, 5000))))
def test_is_never_further_off_than_the_battery_moved(cycles: list[tuple[int, int, int]]) -> None:
    net = HouseNet()
    for house, battery, setpoint in cycles:
        net = after(net, house, battery, setpoint=setpoint)
        moved = max(max(values) - min(values) for values in (net.battery, net.asked))
        assert net.power_w is not None
        assert abs(net.power_w - house) <= moved


@given(st.integers(-5000, 5000), st.integers(-5000, 5000), st.integers(-9000, 9000))
def test_a_step_of_the_battery_seen_by_one_meter_first_is_no_step_of_the_house(
    before: int, after_step: int, house: int
) -> None:
    net = HouseNet()
    for _ in range(WINDOW_CYCLES):
        net = after(net, house, before, setpoint=before)
    net = after(net, house, before, setpoint=after_step)
    late_battery = telemetry(grid_power=house - after_step, battery_power=before)
    assert net.after(late_battery, after_step).power_w == house


@given(st.lists(st.integers(-5000, 5000), min_size=AGREEING_CYCLES), st.integers(-9000, 9000))
def test_what_three_cycles_say_is_believed_however_the_battery_moves(moves: list[int], house: int) -> None:
    net = after(HouseNet(), house + 7000, 0, setpoint=5000)
    for move in moves:
        net = after(net, house, move, setpoint=-move)
    assert net.power_w == house


def test_what_is_unknown_is_forgotten() -> None:
    net = after(HouseNet(), 500, 100)
    assert net.after(telemetry(grid_power=None), None) == HouseNet()
    assert net.after(telemetry(battery_power=None), None) == HouseNet()
