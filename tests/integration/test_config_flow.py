"""The config flow against a bridge over TLS: found, paired, paired again, moved."""

from ipaddress import ip_address
from typing import Any

import pytest
from aiohttp import web
from homeassistant.config_entries import (
    SOURCE_HASSIO,
    SOURCE_IGNORE,
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_CODE, CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.const import CONF_FINGERPRINT, DOMAIN

from .bridge import CODE, TOKEN, Certificate, FakeBridge, problem, serve
from .conftest import SetUp
from .samples import BRIDGE_ID

CLOSED_PORT = 1


async def _start_by_hand(hass: HomeAssistant, port: int, host: str = "127.0.0.1") -> ConfigFlowResult:
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (flow["type"], flow["step_id"], flow["errors"]) == (FlowResultType.FORM, "user", {})
    return await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_HOST: host, CONF_PORT: port})


async def _enter(hass: HomeAssistant, flow: ConfigFlowResult, **values: Any) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(flow["flow_id"], values)


def _announced(port: int | None, bridge_id: str = BRIDGE_ID) -> ZeroconfServiceInfo:
    address = ip_address("127.0.0.1")
    return ZeroconfServiceInfo(
        ip_address=address,
        ip_addresses=[address],
        port=port,
        hostname="bridge.local.",
        type="_dems-bridge._tcp.local.",
        name="Musterhaus._dems-bridge._tcp.local.",
        properties={"id": bridge_id, "name": "Musterhaus", "version": "0.1.0", "api": "1", "fp": "ab"},
    )


async def _discover(hass: HomeAssistant, info: ZeroconfServiceInfo) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info)


async def test_by_hand(hass: HomeAssistant, bridge: FakeBridge) -> None:
    flow = await _start_by_hand(hass, bridge.port, " 127.0.0.1 ")
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "pair")
    assert flow["description_placeholders"] == {
        "name": "Musterhaus",
        "host": "127.0.0.1",
        "fingerprint": bridge.certificate.fingerprint[:16],
    }
    flow = await _enter(hass, flow, **{CONF_CODE: "7qx2-m4kd-9trb"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["title"] == "Musterhaus"
    entry = flow["result"]
    assert entry.unique_id == BRIDGE_ID
    assert dict(entry.data) == {
        CONF_HOST: "127.0.0.1",
        CONF_PORT: bridge.port,
        CONF_FINGERPRINT: bridge.certificate.fingerprint,
        CONF_TOKEN: "token-p0",
    }
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_by_discovery(hass: HomeAssistant, bridge: FakeBridge) -> None:
    flow = await _discover(hass, _announced(bridge.port))
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "pair")
    [progress] = hass.config_entries.flow.async_progress()
    assert progress["context"]["title_placeholders"] == {"name": "Musterhaus"}
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_cannot_connect_then_right(hass: HomeAssistant, bridge: FakeBridge) -> None:
    flow = await _start_by_hand(hass, CLOSED_PORT)
    assert flow["errors"] == {"base": "cannot_connect"}
    flow = await _enter(hass, flow, **{CONF_HOST: "127.0.0.1", CONF_PORT: bridge.port})
    assert flow["step_id"] == "pair"


async def test_host_that_is_none(hass: HomeAssistant) -> None:
    flow = await _start_by_hand(hass, 8484, "https://bridge/")
    assert flow["errors"] == {"base": "cannot_connect"}


@pytest.mark.parametrize(
    ("api", "error"),
    [
        ({"current": 0, "oldest": 0}, "bridge_too_old"),
        ({"current": 3, "oldest": 2}, "integration_too_old"),
    ],
)
async def test_wrong_version(
    hass: HomeAssistant, bridge: FakeBridge, api: dict[str, int], error: str
) -> None:
    bridge.api = api
    flow = await _start_by_hand(hass, bridge.port)
    assert flow["errors"] == {"base": error}
    bridge.api = {"current": 1, "oldest": 1}
    flow = await _enter(hass, flow, **{CONF_HOST: "127.0.0.1", CONF_PORT: bridge.port})
    assert flow["step_id"] == "pair"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (web.Response(text="<html>"), "not_a_bridge"),
        (web.Response(status=404, text="{}"), "not_a_bridge"),
        (problem(500, "internal"), "bridge_failed"),
    ],
)
async def test_something_else_answers(
    hass: HomeAssistant, bridge: FakeBridge, answer: web.Response, error: str
) -> None:
    async def answering(request: web.Request) -> web.Response:
        return answer

    bridge.instead["/v1/info"] = answering
    assert (await _start_by_hand(hass, bridge.port))["errors"] == {"base": error}


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ("7QX2-M4KD-9TRC", {"base": "wrong_code"}),
        ("7QX2-M4KD", {CONF_CODE: "invalid_code"}),
        ("7QX2-M4KD-9TRU", {CONF_CODE: "invalid_code"}),
    ],
)
async def test_wrong_code_then_right(
    hass: HomeAssistant, bridge: FakeBridge, typed: str, errors: dict[str, str]
) -> None:
    flow = await _start_by_hand(hass, bridge.port)
    flow = await _enter(hass, flow, **{CONF_CODE: typed})
    assert (flow["step_id"], flow["errors"]) == ("pair", errors)
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_no_pairing_open_then_open(hass: HomeAssistant, bridge: FakeBridge) -> None:
    bridge.code = None
    flow = await _start_by_hand(hass, bridge.port)
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert flow["errors"] == {"base": "no_pairing_open"}
    bridge.code = CODE
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_too_many_attempts(hass: HomeAssistant, bridge: FakeBridge) -> None:
    async def busy(request: web.Request) -> web.Response:
        return problem(429, "too-many-attempts")

    bridge.instead["/v1/pairing/start"] = busy
    flow = await _enter(hass, await _start_by_hand(hass, bridge.port), **{CONF_CODE: CODE})
    assert flow["errors"] == {"base": "too_many_attempts"}


async def test_bridge_that_cannot_prove_itself(hass: HomeAssistant, bridge: FakeBridge) -> None:
    bridge.honest = False
    flow = await _enter(hass, await _start_by_hand(hass, bridge.port), **{CONF_CODE: CODE})
    assert flow["errors"] == {"base": "not_authentic"}
    assert not hass.config_entries.async_entries(DOMAIN)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v1/pairing/start", {"pairing_id": "p", "salt": "zz", "server_nonce": "00"}),
        ("/v1/pairing/start", {"pairing_id": "p", "salt": "00", "server_nonce": "00"}),
        ("/v1/pairing/start", {}),
        ("/v1/pairing/finish", {"token": 5}),
    ],
)
async def test_pairing_answers_that_are_garbage(
    hass: HomeAssistant, bridge: FakeBridge, path: str, answer: dict[str, Any]
) -> None:
    async def answering(request: web.Request) -> web.Response:
        return web.json_response(answer)

    flow = await _start_by_hand(hass, bridge.port)
    bridge.instead[path] = answering
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert flow["errors"] == {"base": "not_authentic"}


async def test_certificate_that_changes_before_the_code(
    hass: HomeAssistant, certificate: Certificate, other_certificate: Certificate
) -> None:
    async with serve(FakeBridge(certificate=certificate)) as seen:
        flow = await _start_by_hand(hass, seen.port)
    async with serve(FakeBridge(certificate=other_certificate, port=seen.port)) as other:
        flow = await _enter(hass, flow, **{CONF_CODE: CODE})
        assert flow["errors"] == {"base": "certificate_changed"}
        assert other.calls == []


async def test_already_configured(hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry) -> None:
    flow = await _start_by_hand(hass, bridge.port)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_discovered_meanwhile_configured(hass: HomeAssistant, bridge: FakeBridge) -> None:
    """Two flows for one bridge: who pairs second is told that it is set up."""
    by_hand = await _start_by_hand(hass, bridge.port)
    MockConfigEntry(domain=DOMAIN, unique_id=BRIDGE_ID).add_to_hass(hass)
    flow = await _enter(hass, by_hand, **{CONF_CODE: CODE})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


@pytest.mark.parametrize(
    ("announced", "reason"),
    [
        (_announced(CLOSED_PORT), "cannot_connect"),
        (_announced(None), "not_a_bridge"),
        (_announced(8484, ""), "not_a_bridge"),
    ],
)
async def test_discovery_of_nothing(hass: HomeAssistant, announced: ZeroconfServiceInfo, reason: str) -> None:
    flow = await _discover(hass, announced)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, reason)


async def test_discovery_of_somebody_with_another_id(hass: HomeAssistant, bridge: FakeBridge) -> None:
    flow = await _discover(hass, _announced(bridge.port, "another"))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "not_a_bridge")


async def test_discovery_follows_a_bridge_that_moved(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: CLOSED_PORT})
    flow = await _discover(hass, _announced(bridge.port))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data[CONF_PORT] == bridge.port
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    asked = len(bridge.calls)
    assert (await _discover(hass, _announced(bridge.port)))["reason"] == "already_configured"
    assert len(bridge.calls) == asked, "a bridge that is where it was is left in peace"


async def test_discovery_leaves_a_connected_bridge_alone(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, certificate: Certificate
) -> None:
    """A bridge with two addresses announces now one and now the other; that is no reason to reload."""
    entry = await set_up()
    async with serve(FakeBridge(certificate=certificate)) as same:
        flow = await _discover(hass, _announced(same.port))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data[CONF_PORT] == bridge.port


async def test_discovery_does_not_follow_an_impostor(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry, other_certificate: Certificate
) -> None:
    before = dict(entry.data)
    async with serve(FakeBridge(certificate=other_certificate)) as impostor:
        flow = await _discover(hass, _announced(impostor.port))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "certificate_changed")
    assert (await _discover(hass, _announced(CLOSED_PORT)))["reason"] == "cannot_connect"
    assert dict(entry.data) == before


async def test_ignored_discovery_stays_ignored(hass: HomeAssistant, bridge: FakeBridge) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id=BRIDGE_ID, source=SOURCE_IGNORE).add_to_hass(hass)
    flow = await _discover(hass, _announced(bridge.port))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_reauth(hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry) -> None:
    bridge.tokens.clear()
    flow = await entry.start_reauth_flow(hass)
    assert (flow["type"], flow["step_id"], flow["errors"]) == (FlowResultType.FORM, "reauth_confirm", {})
    flow = await _enter(hass, flow, **{CONF_CODE: "0000-0000-0000"})
    assert flow["errors"] == {"base": "wrong_code"}
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data[CONF_TOKEN] == "token-p1"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_reauth_says_that_the_certificate_changed(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_FINGERPRINT: "ab" * 32})
    flow = await entry.start_reauth_flow(hass)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "reauth_certificate")
    assert flow["description_placeholders"] is not None
    assert flow["description_placeholders"]["pinned"] == "ab" * 8
    assert flow["description_placeholders"]["fingerprint"] == bridge.certificate.fingerprint[:16]
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data[CONF_FINGERPRINT] == bridge.certificate.fingerprint
    await hass.async_block_till_done()


async def test_certificate_that_changes_while_the_code_is_typed(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry
) -> None:
    """A code typed for a revoked token is not used on another certificate: the person is told first."""
    flow = await entry.start_reauth_flow(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_FINGERPRINT: "ab" * 32})
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "reauth_certificate")
    assert entry.data[CONF_TOKEN] == TOKEN


async def test_reauth_unreachable_then_there(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: CLOSED_PORT})
    flow = await entry.start_reauth_flow(hass)
    assert (flow["step_id"], flow["errors"]) == ("reauth_confirm", {"base": "cannot_connect"})
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: bridge.port})
    flow = await _enter(hass, flow, **{CONF_CODE: CODE})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hass.async_block_till_done()


async def test_reauth_with_another_bridge(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry
) -> None:
    bridge.bridge_id = "another"
    flow = await entry.start_reauth_flow(hass)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "another_bridge")


async def test_reconfigure(hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: CLOSED_PORT})
    flow = await entry.start_reconfigure_flow(hass)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "reconfigure")
    flow = await _enter(hass, flow, **{CONF_HOST: "127.0.0.1", CONF_PORT: CLOSED_PORT})
    assert flow["errors"] == {"base": "cannot_connect"}
    flow = await _enter(hass, flow, **{CONF_HOST: "127.0.0.1", CONF_PORT: bridge.port})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data[CONF_PORT] == bridge.port
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_reconfigure_refuses_strangers(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry, other_certificate: Certificate
) -> None:
    flow = await entry.start_reconfigure_flow(hass)
    async with serve(FakeBridge(certificate=other_certificate)) as other:
        flow = await _enter(hass, flow, **{CONF_HOST: "127.0.0.1", CONF_PORT: other.port})
        assert flow["errors"] == {"base": "another_certificate"}
        assert other.calls == []
    bridge.tokens.clear()
    flow = await _enter(hass, flow, **{CONF_HOST: "127.0.0.1", CONF_PORT: bridge.port})
    assert flow["errors"] == {"base": "token_refused"}
    assert entry.data[CONF_PORT] == bridge.port


async def test_removal_revokes_the_token(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    entry = await set_up()
    await hass.config_entries.async_remove(entry.entry_id)
    assert ("DELETE", "/v1/pairing", None) in bridge.calls
    assert not bridge.tokens


async def test_removal_after_the_bridge_has_revoked(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    bridge.tokens.clear()
    await hass.config_entries.async_remove(entry.entry_id)
    assert ("DELETE", "/v1/pairing", None) in bridge.calls
    assert "--revoke" not in caplog.text


async def test_removal_without_the_bridge_says_what_remains(
    hass: HomeAssistant, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: CLOSED_PORT})
    await hass.config_entries.async_remove(entry.entry_id)
    assert not hass.config_entries.async_entries(DOMAIN)
    assert "openems-bridge pair --revoke" in caplog.text
    assert TOKEN not in caplog.text


async def _told(hass: HomeAssistant, bridge: FakeBridge, **changed: Any) -> ConfigFlowResult:
    """Let the supervisor tell what an app has told it."""
    config: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": bridge.port,
        "id": BRIDGE_ID,
        "name": "Musterhaus",
        "fingerprint": bridge.certificate.fingerprint,
        "code": CODE,
        **changed,
    }
    info = HassioServiceInfo(config=config, name="DEMS Bridge", slug="dems_bridge", uuid="1")
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_HASSIO}, data=info)


async def test_app_is_added_without_a_code(hass: HomeAssistant, bridge: FakeBridge) -> None:
    flow = await _told(hass, bridge)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "hassio_confirm")
    added = await _enter(hass, flow)
    assert added["type"] is FlowResultType.CREATE_ENTRY
    assert added["data"][CONF_FINGERPRINT] == bridge.certificate.fingerprint
    assert added["data"][CONF_TOKEN] in bridge.tokens
    again = await _told(hass, bridge)
    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_new_secret_replaces_the_old_one(hass: HomeAssistant, bridge: FakeBridge) -> None:
    first = await _told(hass, bridge, code="AAAA-AAAA-AAAA")
    refused = await _enter(hass, first)
    assert refused["errors"] == {"base": "secret_expired"}
    second = await _told(hass, bridge)
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["flow_id"] for flow in flows] == [second["flow_id"]]
    assert (await _enter(hass, second))["type"] is FlowResultType.CREATE_ENTRY


async def test_secret_that_was_used(hass: HomeAssistant, bridge: FakeBridge) -> None:
    flow = await _told(hass, bridge)
    bridge.code = None
    assert (await _enter(hass, flow))["errors"] == {"base": "secret_expired"}


async def test_secret_goes_only_to_the_bridge_that_was_named(hass: HomeAssistant, bridge: FakeBridge) -> None:
    """Somebody else listens at the port."""
    for changed in ({"fingerprint": "ab" * 32}, {"id": "another"}):
        flow = await _told(hass, bridge, **changed)
        assert (await _enter(hass, flow))["errors"] == {"base": "not_authentic"}
    gone = await _told(hass, bridge, port=CLOSED_PORT)
    assert (await _enter(hass, gone))["errors"] == {"base": "cannot_connect"}
    assert not [call for call in bridge.calls if "pairing" in call[1]]


@pytest.mark.parametrize("wrong", [{"port": "8484"}, {"code": ""}, {"fingerprint": "zz"}, {"host": None}])
async def test_app_that_tells_nonsense(
    hass: HomeAssistant, bridge: FakeBridge, wrong: dict[str, Any]
) -> None:
    flow = await _told(hass, bridge, **wrong)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "not_a_bridge")
