"""A home of the demo's street: its battery belongs to the day that is played."""

from demo.home import STREET, Home
from openems_bridge.edge.simulation.profile import shipped_profile


def test_a_battery_holds_as_much_of_the_played_day_as_of_the_measured_one() -> None:
    home = Home(name="x", kind="family")
    measured = shipped_profile("family").battery_wh
    assert home.battery_wh(1) == measured
    assert home.battery_wh(60) == round(measured / 60)
    arguments = home.arguments(60, "10:00")
    assert arguments[arguments.index("--battery-wh") + 1] == str(round(measured / 60))


def test_who_has_no_battery_is_played_without_one() -> None:
    without = [home for home in STREET if not shipped_profile(home.kind).battery_wh]
    assert without
    for home in without:
        arguments = home.arguments(60, "10:00")
        assert "--battery-wh" not in arguments
        assert arguments[arguments.index("--ess") + 1] == "none"
