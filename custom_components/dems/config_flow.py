"""Config flow: find a bridge, pair with it by a code, and put right what changed since."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, override

import probatio as vol
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_CODE, CONF_HOST, CONF_NAME, CONF_PORT, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .client import BridgeClient, read_fingerprint
from .const import (
    CONF_FINGERPRINT,
    DEFAULT_PORT,
    DOMAIN,
)
from .coordinator import DemsConfigEntry
from .document import Reader
from .errors import (
    BridgeError,
    CertificateChanged,
    InvalidAnswer,
    Unauthorized,
)
from .flow_errors import error_key
from .meters import CONF_METERS
from .meters_form import check_meters, cleaned, meters_schema
from .models import FROM_HOME_ASSISTANT, BridgeInfo, House
from .options_flow import DemsOptionsFlow
from .pairing import InvalidCode, canonical_code
from .parts_flow import BATTERY, PLANT, BatteryFlow, PlantFlow

_PORT = vol.All(
    NumberSelector(NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)),
    vol.Coerce(int),
)
_ADDRESS_SCHEMA = vol.Schema(
    {vol.Required(CONF_HOST): TextSelector(), vol.Required(CONF_PORT, default=DEFAULT_PORT): _PORT}
)
_CODE_SCHEMA = vol.Schema(
    {vol.Required(CONF_CODE): TextSelector(TextSelectorConfig(autocomplete="one-time-code"))}
)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SPENT = frozenset({"no_pairing_open", "wrong_code"})
"""What a bridge says of a secret that is no longer good: a person has typed nothing wrong."""
_CLIENT_NAME = "Home Assistant"
"""What `openems-bridge pair --list` shows."""


def _is_connected(entry: DemsConfigEntry) -> bool:
    return entry.state is ConfigEntryState.LOADED and entry.runtime_data.last_update_success


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A bridge at an address, and the certificate that it was really seen with."""

    host: str
    port: int
    fingerprint: str
    info: BridgeInfo

    @property
    def placeholders(self) -> dict[str, str]:
        """What the forms say about it; the first digits of the fingerprint are what the bridge's own log shows."""
        return {"name": self.info.name, "host": self.host, "fingerprint": self.fingerprint[:16]}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppBridge:
    """What an app tells of its bridge through the supervisor."""

    host: str
    port: int
    id: str
    name: str
    fingerprint: str
    code: str

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Self:
        """Read the supervisor's message. Raises InvalidAnswer."""
        values = Reader("discovery", config)
        fingerprint = values.required_text("fingerprint")
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise InvalidAnswer("discovery.fingerprint: 64 hex digits were expected")
        return cls(
            host=values.required_text("host"),
            port=values.required_integer("port"),
            id=values.required_text("id"),
            name=values.required_text("name"),
            fingerprint=fingerprint,
            code=values.required_text("code"),
        )


class DemsConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds a household by discovery or by hand."""

    VERSION = 1
    MINOR_VERSION = 1

    _found: Found
    _told: AppBridge
    _token: str

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> DemsOptionsFlow:
        """Return the options flow."""
        return DemsOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added where the house's meters are entities: what is found at the Edge is a device."""
        return {PLANT: PlantFlow, BATTERY: BatteryFlow} if CONF_METERS in config_entry.options else {}

    def _client(self, host: str, port: int, fingerprint: str, token: str | None = None) -> BridgeClient:
        session = async_get_clientsession(self.hass, verify_ssl=False)
        return BridgeClient(session, host, port, fingerprint, token)

    async def _fingerprint(self, host: str, port: int) -> str:
        return await read_fingerprint(async_get_clientsession(self.hass, verify_ssl=False), host, port)

    async def _find(self, host: str, port: int) -> Found:
        """Look who is there, and with which certificate. Raises BridgeError."""
        fingerprint = await self._fingerprint(host, port)
        info = await self._client(host, port, fingerprint).info()
        return Found(host=host, port=port, fingerprint=fingerprint, info=info)

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the bridge's address."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                self._found = await self._find(user_input[CONF_HOST].strip(), user_input[CONF_PORT])
            except BridgeError as error:
                errors["base"] = error_key(error)
            else:
                await self.async_set_unique_id(self._found.info.id, raise_on_progress=False)
                self._abort_if_unique_id_configured()
                return await self.async_step_pair()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_ADDRESS_SCHEMA, user_input),
            errors=errors,
        )

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take a bridge that announced itself; move a known one that has a new address."""
        bridge_id = discovery_info.properties.get("id")
        if not bridge_id or discovery_info.port is None:
            return self.async_abort(reason="not_a_bridge")
        host, port = discovery_info.host, discovery_info.port
        entry = await self.async_set_unique_id(bridge_id)
        if entry is not None:
            return await self._move(entry, host, port)
        try:
            self._found = await self._find(host, port)
        except BridgeError as error:
            return self.async_abort(reason=error_key(error))
        if self._found.info.id != bridge_id:
            return self.async_abort(reason="not_a_bridge")
        self.context["title_placeholders"] = {CONF_NAME: self._found.info.name}
        return await self.async_step_pair()

    @override
    async def async_step_hassio(self, discovery_info: HassioServiceInfo) -> ConfigFlowResult:
        """Take the bridge of an app: the supervisor brought its fingerprint and a one-time secret."""
        try:
            self._told = AppBridge.read(discovery_info.config)
        except InvalidAnswer:
            return self.async_abort(reason="not_a_bridge")
        await self.async_set_unique_id(self._told.id, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        for flow in self._async_in_progress(include_uninitialized=True):
            # The app has told a new secret: with the former one nobody can pair any more.
            if flow["context"].get("unique_id") == self._told.id:
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
        self.context["title_placeholders"] = {CONF_NAME: self._told.name}
        return await self.async_step_hassio_confirm()

    async def async_step_hassio_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to add it, and pair without anybody typing a code."""
        told, errors = self._told, dict[str, str]()
        if user_input is not None:
            found = await self._find_told(told, errors)
            token = None if found is None else await self._pair(found, told.code, errors)
            if found is not None and token is not None:
                self._abort_if_unique_id_configured()
                return await self._paired(found, token)
            if errors.get("base") in _SPENT:
                errors["base"] = "secret_expired"
        return self.async_show_form(
            step_id="hassio_confirm",
            errors=errors,
            description_placeholders={CONF_NAME: told.name, "fingerprint": told.fingerprint[:16]},
        )

    async def _find_told(self, told: AppBridge, errors: dict[str, str]) -> Found | None:
        """Return the bridge if it is there with the certificate that the supervisor named; else say why not."""
        try:
            found = await self._find(told.host, told.port)
        except BridgeError as error:
            errors["base"] = error_key(error)
            return None
        if (found.fingerprint, found.info.id) != (told.fingerprint, told.id):
            errors["base"] = "not_authentic"
            return None
        return found

    async def _paired(self, found: Found, token: str) -> ConfigFlowResult:
        """Add the household; where its bridge takes Home Assistant's meters, choose them first."""
        self._found, self._token = found, token
        try:
            document = await self._client(found.host, found.port, found.fingerprint, token).state()
            source = House.read(document).bridge.source
        except BridgeError:
            # It can be chosen later, in the options; the set-up will say what is wrong.
            source = None
        return await self.async_step_meters() if source == FROM_HOME_ASSISTANT else self._add({})

    async def async_step_meters(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Choose what measures the house, now or later in the options."""
        errors: dict[str, str] = {}
        if user_input is not None:
            chosen = cleaned(user_input)
            errors = check_meters(self.hass, chosen) if chosen else {}
            if not errors:
                return self._add({CONF_METERS: chosen})
        return self.async_show_form(
            step_id="meters",
            data_schema=self.add_suggested_values_to_schema(meters_schema(self.hass), user_input),
            errors=errors,
        )

    def _add(self, options: dict[str, Any]) -> ConfigFlowResult:
        found = self._found
        return self.async_create_entry(
            title=found.info.name,
            options=options,
            data={
                CONF_HOST: found.host,
                CONF_PORT: found.port,
                CONF_FINGERPRINT: found.fingerprint,
                CONF_TOKEN: self._token,
            },
        )

    async def _move(self, entry: ConfigEntry, host: str, port: int) -> ConfigFlowResult:
        """Follow a known bridge that was lost to another address, if it has its certificate there.

        Anybody can announce an id. And a bridge with several addresses, which announces now one and now another, is
        left alone while it answers.
        """
        address = {CONF_HOST: host, CONF_PORT: port}
        if entry.source == SOURCE_IGNORE or _is_connected(entry) or address.items() <= entry.data.items():
            return self.async_abort(reason="already_configured")
        try:
            fingerprint = await self._fingerprint(host, port)
        except BridgeError as error:
            return self.async_abort(reason=error_key(error))
        if fingerprint != entry.data[CONF_FINGERPRINT]:
            return self.async_abort(reason="certificate_changed")
        return self.async_update_reload_and_abort(entry, data_updates=address, reason="already_configured")

    async def async_step_pair(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the pairing code and add the household."""
        errors: dict[str, str] = {}
        if user_input is not None:
            token = await self._pair(self._found, user_input[CONF_CODE], errors)
            if token is not None:
                self._abort_if_unique_id_configured()
                return await self._paired(self._found, token)
        return self.async_show_form(
            step_id="pair",
            data_schema=_CODE_SCHEMA,
            errors=errors,
            description_placeholders=self._found.placeholders,
        )

    async def _pair(self, found: Found, code: str, errors: dict[str, str]) -> str | None:
        """Pair by a code that was typed; return the token, or say in ``errors`` what went wrong."""
        client = self._client(found.host, found.port, found.fingerprint)
        try:
            return await client.pair(canonical_code(code), _CLIENT_NAME)
        except InvalidCode:
            errors[CONF_CODE] = "invalid_code"
        except InvalidAnswer:
            errors["base"] = "not_authentic"
        except BridgeError as error:
            errors["base"] = error_key(error)
        return None

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Pair again: the bridge has forgotten us, or shows another certificate."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a new code where the token is no longer good."""
        return await self._pair_again("reauth_confirm", user_input)

    async def async_step_reauth_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new code where the certificate is another one: the person must know why."""
        return await self._pair_again("reauth_certificate", user_input)

    async def _pair_again(self, step_id: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        entry = self._get_reauth_entry()
        host, port, pinned = entry.data[CONF_HOST], entry.data[CONF_PORT], entry.data[CONF_FINGERPRINT]
        errors: dict[str, str] = {}
        found = None
        try:
            found = await self._find(host, port)
        except BridgeError as error:
            errors["base"] = error_key(error)
        if found is not None:
            if found.info.id != entry.unique_id:
                return self.async_abort(reason="another_bridge")
            if found.fingerprint != pinned and step_id != "reauth_certificate":
                return await self.async_step_reauth_certificate()
            if user_input is not None:
                token = await self._pair(found, user_input[CONF_CODE], errors)
                if token is not None:
                    return self.async_update_reload_and_abort(
                        entry, data_updates={CONF_FINGERPRINT: found.fingerprint, CONF_TOKEN: token}
                    )
        return self.async_show_form(
            step_id=step_id,
            data_schema=_CODE_SCHEMA,
            errors=errors,
            description_placeholders={
                CONF_NAME: entry.title,
                CONF_HOST: host,
                "pinned": pinned[:16],
                "fingerprint": found.fingerprint[:16] if found else "?",
            },
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Follow the bridge to another address; it keeps its certificate and our token."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            host, port = user_input[CONF_HOST].strip(), user_input[CONF_PORT]
            client = self._client(host, port, entry.data[CONF_FINGERPRINT], entry.data[CONF_TOKEN])
            try:
                await client.info()
                await client.state()
            except Unauthorized:
                errors["base"] = "token_refused"
            except CertificateChanged:
                errors["base"] = "another_certificate"
            except BridgeError as error:
                errors["base"] = error_key(error)
            else:
                return self.async_update_reload_and_abort(
                    entry, data_updates={CONF_HOST: host, CONF_PORT: port}
                )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(_ADDRESS_SCHEMA, user_input or entry.data),
            errors=errors,
            description_placeholders={CONF_NAME: entry.title},
        )
