"""Options flow: how often and at which prices, which meters and tariff, and the way into a community and out of it."""

from typing import Any, Final

import probatio as vol
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)

from .const import (
    CONF_CONSENT,
    CONF_INTERVAL,
    CONF_INVITATION,
    DEFAULT_INTERVAL,
    LARGEST_PRICE,
    LONGEST_INTERVAL,
    SHORTEST_INTERVAL,
)
from .coordinator import DemsConfigEntry, DemsCoordinator
from .errors import BridgeError, BridgeProblem
from .flow_errors import joining_error_key
from .ledger import Community, Invitation, Membership
from .meters import CONF_METERS
from .meters_form import check_meters, cleaned, meters_schema
from .models import FROM_HOME_ASSISTANT
from .plant_form import PLANT_FIELDS, check_plant, known_plant, plant
from .prices import PRICES
from .scripts import CONF_SETPOINTS
from .setpoints_form import check_setpoints, is_wanted, setpoints_schema
from .tariff import CONF_TARIFF
from .tariff_form import check_tariff, tariff_schema

_IN_COMMUNITY: Final = frozenset({Membership.JOINING, Membership.WAITING, Membership.MEMBER})


_INTERVAL_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_INTERVAL, default=DEFAULT_INTERVAL): vol.All(
            NumberSelector(
                NumberSelectorConfig(
                    min=SHORTEST_INTERVAL,
                    max=LONGEST_INTERVAL,
                    step=1,
                    mode=NumberSelectorMode.SLIDER,
                    unit_of_measurement=UnitOfTime.SECONDS,
                )
            ),
            vol.Coerce(int),
        )
    }
)
_INVITATION_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_INVITATION): TextSelector(TextSelectorConfig(autocomplete="off"))}
)
_CONSENT_SCHEMA: Final = vol.Schema(
    {**PLANT_FIELDS, vol.Required(CONF_CONSENT, default=False): BooleanSelector()}
)


def _prices_schema(currency: str) -> vol.Schema:
    price = NumberSelector(
        NumberSelectorConfig(
            min=-LARGEST_PRICE,
            max=LARGEST_PRICE,
            step="any",
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=f"{currency}/kWh",
        )
    )
    return vol.Schema({vol.Optional(option): price for option in PRICES.values()})


class DemsOptionsFlow(OptionsFlowWithReload):
    """Options of the household. Limits are the bridge's, and are entities; so is what the bridge says of the community."""

    config_entry: DemsConfigEntry

    _invitation: str
    _invited: Invitation

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the person choose what to do."""
        if self._coordinator is None:
            return await self.async_step_settings()
        community = self._community
        is_in = community is not None and community.status in _IN_COMMUNITY
        takes_meters = self._coordinator.data.bridge.source == FROM_HOME_ASSISTANT
        choices = [
            "settings",
            "tariff",
            *(["meters", "setpoints"] if takes_meters else []),
            "leave" if is_in else "join",
        ]
        return self.async_show_menu(step_id="init", menu_options=choices)

    async def async_step_meters(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Choose what measures a house without an energy system of its own."""
        errors: dict[str, str] = {}
        if user_input is not None:
            chosen = cleaned(user_input)
            errors = check_meters(self.hass, chosen)
            if not errors:
                return self.async_create_entry(data={**self.config_entry.options, CONF_METERS: chosen})
        before = self.config_entry.options.get(CONF_METERS, {})
        return self.async_show_form(
            step_id="meters",
            data_schema=self.add_suggested_values_to_schema(meters_schema(self.hass), user_input or before),
            errors=errors,
        )

    async def async_step_setpoints(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Name the scripts that steer a battery which only Home Assistant reaches, or none."""
        options = self.config_entry.options
        errors: dict[str, str] = {}
        if user_input is not None:
            if not is_wanted(user_input):
                return self.async_create_entry(
                    data={key: value for key, value in options.items() if key != CONF_SETPOINTS}
                )
            errors = check_setpoints(self.hass, options, user_input)
            if not errors:
                return self.async_create_entry(data={**options, CONF_SETPOINTS: user_input})
        return self.async_show_form(
            step_id="setpoints",
            data_schema=self.add_suggested_values_to_schema(
                setpoints_schema(), user_input or options.get(CONF_SETPOINTS, {})
            ),
            errors=errors,
        )

    async def async_step_tariff(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what a kWh costs and brings, for the plan."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = check_tariff(self.hass, user_input)
            if not errors:
                return self.async_create_entry(data={**self.config_entry.options, CONF_TARIFF: user_input})
        before = self.config_entry.options.get(CONF_TARIFF, {})
        return self.async_show_form(
            step_id="tariff",
            data_schema=self.add_suggested_values_to_schema(
                tariff_schema(self.hass.config.currency), user_input or before
            ),
            errors=errors,
        )

    async def async_step_settings(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the interval, and for prices where there is a community."""
        if user_input is not None:
            others = {
                key: self.config_entry.options[key]
                for key in (CONF_METERS, CONF_SETPOINTS, CONF_TARIFF)
                if key in self.config_entry.options
            }
            return self.async_create_entry(data={**user_input, **others})
        options = self.config_entry.options
        schema = _INTERVAL_SCHEMA
        if self._community is not None or any(option in options for option in PRICES.values()):
            schema = schema.extend(_prices_schema(self.hass.config.currency).schema)
        return self.async_show_form(
            step_id="settings", data_schema=self.add_suggested_values_to_schema(schema, options)
        )

    async def async_step_join(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the invitation, and look what it leads to."""
        coordinator = self._coordinator
        if coordinator is None:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        said = ""
        if user_input is not None:
            self._invitation = user_input[CONF_INVITATION].strip()
            try:
                self._invited = await coordinator.client.read_invitation(self._invitation)
            except BridgeError as error:
                errors["base"], said = joining_error_key(error), _said(error)
            else:
                return await self.async_step_consent()
        return self.async_show_form(
            step_id="join",
            data_schema=self.add_suggested_values_to_schema(_INVITATION_SCHEMA, user_input),
            errors=errors,
            description_placeholders={"detail": said},
        )

    async def async_step_consent(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what the operator will see, and ask to be admitted once the person agrees."""
        coordinator = self._coordinator
        if coordinator is None:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        said = ""
        if user_input is not None and not user_input[CONF_CONSENT]:
            errors[CONF_CONSENT] = "consent_needed"
        elif user_input is not None and not (errors := check_plant(user_input)):
            try:
                answer = await coordinator.client.join(
                    self._invitation, self._invited.consent, plant(user_input)
                )
                coordinator.apply({"community": answer})
            except BridgeError as error:
                errors["base"], said = joining_error_key(error), _said(error)
            else:
                return self.async_abort(
                    reason="join_requested", description_placeholders={"name": self._invited.name}
                )
        return self.async_show_form(
            step_id="consent",
            data_schema=self.add_suggested_values_to_schema(
                _CONSENT_SCHEMA, user_input or known_plant(coordinator.data)
            ),
            errors=errors,
            description_placeholders={
                "name": self._invited.name,
                "operator": self._invited.operator_url,
                "fingerprint": self._invited.fingerprint[:16],
                "consent": self._invited.consent_text,
                "detail": said,
            },
        )

    async def async_step_leave(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Leave the community once the person has confirmed it."""
        coordinator = self._coordinator
        if coordinator is None:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        said = ""
        if user_input is not None:
            try:
                coordinator.apply({"community": await coordinator.client.leave()})
            except BridgeError as error:
                errors["base"], said = joining_error_key(error), _said(error)
            else:
                return self.async_abort(reason="left")
        community = self._community
        return self.async_show_form(
            step_id="leave",
            errors=errors,
            description_placeholders={
                "name": (community.name if community else None) or self.config_entry.title,
                "detail": said,
            },
        )

    @property
    def _coordinator(self) -> DemsCoordinator | None:
        """The household's coordinator, None while the household is not set up."""
        entry = self.config_entry
        return entry.runtime_data if entry.state is ConfigEntryState.LOADED else None

    @property
    def _community(self) -> Community | None:
        coordinator = self._coordinator
        return None if coordinator is None else coordinator.data.community


def _said(error: BridgeError) -> str:
    """Return what the bridge said itself, for the reasons that we have no sentence for."""
    return error.detail if isinstance(error, BridgeProblem) else ""
