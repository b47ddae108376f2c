"""The ledger's actions: what they ask of the bridge, what they refuse, who may use them, and where they write."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import probatio as vol
import pytest
from aiohttp import web
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems import proofs
from custom_components.dems.const import DOMAIN
from custom_components.dems.proofs import Period

from .bridge import FakeBridge, problem, serve
from .conftest import SetUp
from .samples import CERTIFICATE, member

REDEEM = {"certificate": CERTIFICATE, "energy": 1000, "purpose": "Electricity of November"}
NOVEMBER = {"start": "2026-11-01T00:00:00+00:00", "end": "2026-11-01T06:00:00+00:00"}
FIRST, LAST = 1793491200 // 900, 1793491200 // 900 + 23


@pytest.fixture(autouse=True)
def _member(bridge: FakeBridge) -> None:
    bridge.document = member()


async def _call(hass: HomeAssistant, action: str, data: dict[str, Any], *, respond: bool = False) -> Any:
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=respond)


def _asked(bridge: FakeBridge) -> list[tuple[str, str, Any]]:
    return [call for call in bridge.calls if call[1] not in ("/v1/info", "/v1/state", "/v1/ws")]


async def test_anchor_now(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    await _call(hass, "anchor_now", {})
    assert _asked(bridge) == [("POST", "/v1/anchor", None)]


async def test_redeem(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    assert await _call(hass, "redeem_certificates", REDEEM, respond=True) == {"transaction": "7"}
    body = {"id": CERTIFICATE, "amount_wh": 1000, "purpose": "Electricity of November"}
    assert _asked(bridge) == [("POST", "/v1/certificates/redeem", body)]


async def test_claim(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    assert await _call(hass, "claim_certificates", {}, respond=True) == {"transaction": "7"}
    assert _asked(bridge) == [("POST", "/v1/certificates/claim", None)]


@pytest.mark.parametrize(("action", "data"), [("redeem_certificates", REDEEM), ("claim_certificates", {})])
async def test_only_administrators_move_certificates(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    hass_admin_user: User,
    hass_read_only_user: User,
    action: str,
    data: dict[str, Any],
) -> None:
    await set_up()
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            action,
            data,
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
    assert _asked(bridge) == []
    await hass.services.async_call(
        DOMAIN, action, data, blocking=True, context=Context(user_id=hass_admin_user.id)
    )
    assert len(_asked(bridge)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"certificate": "12"},
        {"certificate": CERTIFICATE + "00"},
        {"energy": 0},
        {"energy": -1},
        {"purpose": ""},
        {"purpose": "x" * 201},
    ],
)
async def test_nonsense_is_redeemed_nowhere(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, change: dict[str, Any]
) -> None:
    await set_up()
    with pytest.raises(vol.Invalid):
        await _call(hass, "redeem_certificates", {**REDEEM, **change})
    assert _asked(bridge) == []


async def test_refusal_is_told(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()

    async def refusing(request: web.Request) -> web.Response:
        return problem(409, "refused", code="not_held", params={"held": 999})

    bridge.instead["/v1/certificates/redeem"] = refusing
    with pytest.raises(ServiceValidationError, match="holds only 999 Wh"):
        await _call(hass, "redeem_certificates", REDEEM)
    bridge.instead["/v1/certificates/redeem"] = _answering(web.json_response({}))
    with pytest.raises(HomeAssistantError, match=r"redeem\.transaction"):
        await _call(hass, "redeem_certificates", REDEEM)


def _answering(answer: web.Response) -> Any:
    async def answering(request: web.Request) -> web.Response:
        return answer

    return answering


async def test_who_is_no_member_has_nothing_to_anchor(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = member(community={"status": "waiting"}, anchor=None, netting=None)
    await set_up()
    for action, data in (("anchor_now", {}), ("export_proofs", NOVEMBER), ("redeem_certificates", REDEEM)):
        with pytest.raises(ServiceValidationError) as refused:
            await _call(hass, action, data)
        assert refused.value.translation_key == "no_member"
    assert _asked(bridge) == []


async def test_one_household_is_meant(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    entry = await set_up()
    async with serve(FakeBridge(certificate=bridge.certificate, bridge_id="second")) as neighbour:
        second = MockConfigEntry(
            domain=DOMAIN, unique_id="second", data={**entry.data, "port": neighbour.port}
        )
        second.add_to_hass(hass)
        assert await hass.config_entries.async_setup(second.entry_id)
        with pytest.raises(ServiceValidationError) as unclear:
            await _call(hass, "redeem_certificates", REDEEM)
        assert unclear.value.translation_key == "household_not_named"
        entities = ["sensor.musterstrasse_membership", *hass.states.async_entity_ids("select")]
        with pytest.raises(ServiceValidationError) as unclear:
            await _call(hass, "anchor_now", {"entity_id": entities})
        assert unclear.value.translation_key == "household_not_named"
        await _call(hass, "anchor_now", {"config_entry_id": entry.entry_id})
        assert await hass.config_entries.async_unload(second.entry_id)
    assert _asked(bridge) == [("POST", "/v1/anchor", None)]


async def test_proofs_as_a_response(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    answer = await _call(hass, "export_proofs", NOVEMBER, respond=True)
    proven = {"version": 1, "from": str(FIRST), "to": str(LAST)}
    assert answer["proofs"] == proven
    assert (answer["from"], answer["to"]) == (FIRST, LAST)
    assert answer["bytes"] == len(json.dumps(proven))


async def test_proofs_as_a_file(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, tmp_path: Path
) -> None:
    await set_up()
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / "proofs.json"
    path.write_text("older")
    answer = await _call(hass, "export_proofs", {**NOVEMBER, "path": str(path)}, respond=True)
    assert answer == {"from": FIRST, "to": LAST, "bytes": path.stat().st_size, "path": str(path)}
    assert json.loads(path.read_text())["version"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["proofs.json"], "nothing unfinished is left"


async def test_proofs_go_only_where_home_assistant_may_write(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, tmp_path: Path
) -> None:
    await set_up()
    outside = tmp_path / "outside" / "proofs.json"
    hass.config.allowlist_external_dirs = {str(tmp_path / "inside")}
    with pytest.raises(ServiceValidationError) as refused:
        await _call(hass, "export_proofs", {**NOVEMBER, "path": str(outside)})
    assert refused.value.translation_key == "path_not_allowed"
    detour = tmp_path / "inside" / ".." / "outside" / "proofs.json"
    with pytest.raises(vol.Invalid):
        await _call(hass, "export_proofs", {**NOVEMBER, "path": str(detour)})
    assert _asked(bridge) == []
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    with pytest.raises(HomeAssistantError) as failed:
        await _call(hass, "export_proofs", {**NOVEMBER, "path": str(outside)})
    assert failed.value.translation_key == "file_not_written"
    assert str(outside) in str(failed.value)


async def test_proofs_need_somewhere_to_go(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await _call(hass, "export_proofs", NOVEMBER)
    assert refused.value.translation_key == "proofs_to_nowhere"


async def test_proofs_until_now(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    answer = await _call(hass, "export_proofs", {"start": NOVEMBER["start"]}, respond=True)
    assert answer["from"] == FIRST
    assert abs(answer["to"] - (int(datetime.now(UTC).timestamp()) // 900 - 1)) <= 1


async def test_period_without_a_slot(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    for end in (NOVEMBER["start"], "2026-11-01T00:14:59+00:00", "2026-10-01T00:00:00+00:00"):
        with pytest.raises(ServiceValidationError) as refused:
            await _call(hass, "export_proofs", {"start": NOVEMBER["start"], "end": end}, respond=True)
        assert refused.value.translation_key == "period_empty"


async def test_slots_of_unknown_length(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member(bridge={"slot_seconds": 0})
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await _call(hass, "export_proofs", NOVEMBER, respond=True)
    assert refused.value.translation_key == "slots_unknown"


async def test_proofs_that_are_too_large_or_none(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up()
    bridge.instead["/v1/proofs"] = _answering(web.Response(text="not json"))
    with pytest.raises(HomeAssistantError) as broken:
        await _call(hass, "export_proofs", NOVEMBER, respond=True)
    assert broken.value.translation_key == "update_failed"
    monkeypatch.setattr(proofs, "LARGEST_RESPONSE", 5)
    bridge.instead["/v1/proofs"] = _answering(web.Response(text="{      }"))
    with pytest.raises(ServiceValidationError) as large:
        await _call(hass, "export_proofs", NOVEMBER, respond=True)
    assert large.value.translation_key == "proofs_too_large"
    bridge.instead["/v1/proofs"] = _answering(problem(404, "not-found"))
    with pytest.raises(HomeAssistantError) as missing:
        await _call(hass, "export_proofs", NOVEMBER, respond=True)
    assert missing.value.translation_key == "bridge_problem"


@pytest.mark.parametrize(
    ("start", "end", "slots"),
    [(0, 900, (0, 0)), (1, 1800, (1, 1)), (0, 1799, (0, 0)), (900, 3600, (1, 3)), (450, 900 * 96, (1, 95))],
)
def test_only_whole_slots_of_the_period(start: int, end: int, slots: tuple[int, int]) -> None:
    period = Period.between(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), 900)
    assert (period.first, period.last) == slots
