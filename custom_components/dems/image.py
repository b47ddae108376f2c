"""The plan as an image, for dashboards and notifications."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import DemsConfigEntry, DemsCoordinator
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .errors import BridgeError
from .foresight import Plan, PlanMode
from .plan_plot import Words, draw

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsImageDescription(ImageEntityDescription, PartDescription[Plan]):
    """Describes an image."""


PLAN_PLOT: Final = DemsImageDescription(
    key="plan_plot", translation_key="plan_plot", part=Part.PLAN, section=lambda house: house.plan
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the image of a household's plan."""
    add_with_devices(entry, async_add_entities, (PLAN_PLOT,), PlanImage)


class PlanImage(DemsEntity[Plan], ImageEntity):
    """The plan and the forecast, drawn when somebody looks. Its state is when the plan was made."""

    _attr_content_type = "image/svg+xml"

    entity_description: DemsImageDescription

    def __init__(self, coordinator: DemsCoordinator, description: DemsImageDescription) -> None:
        """Take whose plan is drawn."""
        DemsEntity.__init__(self, coordinator, description)
        ImageEntity.__init__(self, coordinator.hass)
        self._attr_image_last_updated = self._made_at
        self._drawn: tuple[datetime | None, bytes] | None = None

    @property
    def _made_at(self) -> datetime | None:
        return None if (plan := self.section) is None else plan.made_at

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Say when the plan was made."""
        self._attr_image_last_updated = self._made_at
        super()._handle_coordinator_update()

    @override
    async def async_image(self) -> bytes | None:
        """Return the drawing of the plan as it is now, None where the bridge does not tell it."""
        made_at = self._made_at
        if self._drawn is None or self._drawn[0] != made_at:
            try:
                plan = await self.coordinator.market.plan()
                forecast = await self.coordinator.market.forecast()
            except BridgeError:
                return None
            words = await self._words()
            zone = dt_util.get_default_time_zone()
            drawing = draw(plan.slots, forecast.slots, plan.slot_length, zone, words)
            self._drawn = (made_at, drawing.encode())
        return self._drawn[1]

    async def _words(self) -> Words:
        """Return what is written into the drawing, in Home Assistant's language."""
        language = self.hass.config.language
        plot = await async_get_translations(self.hass, language, "selector", {DOMAIN})
        names = await async_get_translations(self.hass, language, "entity", {DOMAIN})

        def word(key: str) -> str:
            return plot.get(f"component.{DOMAIN}.selector.plot.options.{key}", key)

        modes = {mode: f"component.{DOMAIN}.entity.sensor.plan_mode.state.{mode}" for mode in PlanMode}
        return Words(
            load=word("load"),
            generation=word("generation"),
            soc=word("soc"),
            modes={mode: names.get(key, mode) for mode, key in modes.items()},
        )
