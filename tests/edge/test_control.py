"""How set-points reach the battery, and who else has a say."""

from typing import Any

import pytest

from openems_bridge.edge.interface import ControlPath, Finding
from openems_bridge.edge.openems.components import Installation

from . import documents
from .documents import Components
from .test_components import look, said


def path_of(installation: Installation) -> ControlPath:
    assert installation.topology.control is not None
    return installation.topology.control


def test_default_edge() -> None:
    installation = look(documents.AC_COUPLED)
    path = path_of(installation)
    assert (path.controller, path.timeout_seconds, path.releasable) == ("ctrlApiRest0", 60, True)
    assert path.runs_before == ()
    assert path.runs_after == ("ctrlBalancing0",)
    assert path.balancing == "ctrlBalancing0"
    assert path.reserve_soc is None
    assert said(installation, "api_timeout")[0][0] is Finding.OK
    assert any("common REST controller" in message for _, message in said(installation, "sharing"))
    assert any("ctrlApiWebsocket0" in m and "after ours" in m for _, m in said(installation, "sharing"))


def test_missing_api_timeout_is_the_edges_default() -> None:
    components = {**documents.AC_COUPLED, "ctrlApiRest0": ("Controller.Api.Rest.ReadWrite", {"port": 8084})}
    assert path_of(look(components)).timeout_seconds == 60


@pytest.mark.parametrize("timeout", [0, 61, 3600, -1])
def test_bad_api_timeout_is_refused_with_what_to_change(timeout: int) -> None:
    components = {
        **documents.AC_COUPLED,
        "ctrlApiRest0": ("Controller.Api.Rest.ReadWrite", {"port": 8084, "apiTimeout": timeout}),
    }
    installation = look(components)
    assert path_of(installation).timeout_seconds == timeout
    ((finding, message),) = said(installation, "api_timeout")
    assert finding is Finding.ERROR
    assert f"apiTimeout {timeout}" in message
    assert "60 s" in message


@pytest.mark.parametrize("timeout", [1, 2, 3])
def test_a_timeout_that_no_renewal_can_meet_is_warned_of(timeout: int) -> None:
    components = {
        **documents.AC_COUPLED,
        "ctrlApiRest0": ("Controller.Api.Rest.ReadWrite", {"port": 8084, "apiTimeout": timeout}),
    }
    ((finding, message),) = said(look(components), "api_timeout")
    assert finding is (Finding.OK if timeout == 3 else Finding.WARNING)
    assert timeout == 3 or "between 3 and 60 s" in message


@pytest.mark.parametrize(
    ("controller", "words"),
    [
        (("Controller.Api.Rest.ReadOnly", {}), "can only read"),
        (("Controller.Api.Rest.ReadWrite", {"enabled": False}), "is disabled"),
        (("Controller.Debug.Log", {}), "is a Controller.Debug.Log"),
        (None, "does not exist"),
    ],
)
def test_no_way_to_the_battery(controller: tuple[str, dict[str, Any]] | None, words: str) -> None:
    components: Components = {k: v for k, v in documents.AC_COUPLED.items() if k != "ctrlApiRest0"}
    if controller is not None:
        components["ctrlApiRest0"] = controller
    installation = look(components)
    assert installation.topology.control is None
    ((finding, message),) = said(installation, "rest_controller")
    assert finding is Finding.ERROR
    assert words in message
    assert "create a Controller.Api.Rest.ReadWrite" in message


def test_controllers_before_ours_win_and_reserves_are_found() -> None:
    components = {
        **documents.AC_COUPLED,
        "scheduler0": ("Scheduler.AllAlphabetically", {"controllers.ids": ["ctrlFixActivePower0"]}),
        "ctrlFixActivePower0": ("Controller.Ess.FixActivePower", {"ess.id": "ess0", "power": 0}),
        "ctrlFixActivePower1": ("Controller.Ess.FixActivePower", {"ess.id": "ess9", "power": 0}),
        "ctrlEmergencyCapacityReserve0": (
            "Controller.Ess.EmergencyCapacityReserve",
            {"ess.id": "ess0", "isReserveSocEnabled": True, "reserveSoc": 20},
        ),
        "ctrlLimit0": ("Controller.Ess.LimitTotalDischarge", {"ess.id": "ess0", "minSoc": 15}),
    }
    installation = look(components)
    path = path_of(installation)
    assert path.runs_before == ("ctrlFixActivePower0",)
    assert set(path.runs_after) == {"ctrlBalancing0", "ctrlEmergencyCapacityReserve0", "ctrlLimit0"}
    assert path.reserve_soc == 20
    assert any(
        f is Finding.WARNING and "ctrlFixActivePower0" in m for f, m in said(installation, "scheduler")
    )
    assert len(said(installation, "reserve")) == 2


def test_reserve_that_is_switched_off_does_not_count() -> None:
    components = {
        **documents.AC_COUPLED,
        "ctrlEmergencyCapacityReserve0": (
            "Controller.Ess.EmergencyCapacityReserve",
            {"ess.id": "ess0", "isReserveSocEnabled": False, "reserveSoc": 20},
        ),
    }
    assert path_of(look(components)).reserve_soc is None


def test_fixed_order_without_our_controller_never_runs_it() -> None:
    components = {
        **documents.AC_COUPLED,
        "scheduler0": ("Scheduler.FixedOrder", {"controllers.ids": ["ctrlBalancing0"]}),
    }
    installation = look(components)
    assert any(
        f is Finding.ERROR and "never runs ctrlApiRest0" in m for f, m in said(installation, "scheduler")
    )


def test_balancing_outside_the_fixed_order_does_not_take_over() -> None:
    components = {
        **documents.AC_COUPLED,
        "scheduler0": ("Scheduler.FixedOrder", {"controllers.ids": ["ctrlApiRest0"]}),
    }
    path = path_of(look(components))
    assert path.balancing is None
    assert path.runs_after == ()


def test_unknown_scheduler_is_said() -> None:
    installation = look({**documents.AC_COUPLED, "scheduler0": ("Scheduler.Daily", {})})
    assert path_of(installation).balancing == "ctrlBalancing0"
    assert any("unknown" in message for _, message in said(installation, "scheduler"))


def test_own_controller_and_a_wrong_port() -> None:
    components = {
        **documents.AC_COUPLED,
        "ctrlApiRest1": ("Controller.Api.Rest.ReadWrite", {"port": 8090, "apiTimeout": 30}),
    }
    installation = look(components, rest_controller="ctrlApiRest1", rest_port=8090)
    path = path_of(installation)
    assert (path.controller, path.timeout_seconds, path.shared_with) == ("ctrlApiRest1", 30, ())
    assert not any("common" in message for _, message in said(installation, "sharing"))

    wrong = look(components, rest_controller="ctrlApiRest1", rest_port=8084)
    assert path_of(wrong).shared_with == ("ctrlApiRest0",), "whoever listens there gets our set-points"
    assert any("8090" in message and "8084" in message for _, message in said(wrong, "rest_controller"))


def test_cluster_controllers_count_through_members() -> None:
    components = {
        **documents.CLUSTER,
        "ctrlA0": ("Controller.Ess.FixActivePower", {"ess.id": "ess2", "power": 0}),
    }
    assert path_of(look(components)).runs_before == ("ctrlA0",)
