"""Config flow: find a bridge, pair with it by a code, and put right what changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, override

import probatio as vol
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
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
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .client import BridgeClient, read_fingerprint
from .const import (
    CONF_FINGERPRINT,
    DEFAULT_PORT,
    DOMAIN,
)
from .coordinator import DemsConfigEntry
from .errors import (
    BridgeError,
    CertificateChanged,
    InvalidAnswer,
    Unauthorized,
)
from .flow_errors import error_key
from .models import BridgeInfo
from .options_flow import DemsOptionsFlow
from .pairing import InvalidCode, canonical_code

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


class DemsConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds a household by discovery or by hand."""

    VERSION = 1
    MINOR_VERSION = 1

    _found: Found

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> DemsOptionsFlow:
        """Return the options flow."""
        return DemsOptionsFlow()

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
                return self.async_create_entry(
                    title=self._found.info.name,
                    data={
                        CONF_HOST: self._found.host,
                        CONF_PORT: self._found.port,
                        CONF_FINGERPRINT: self._found.fingerprint,
                        CONF_TOKEN: token,
                    },
                )
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
