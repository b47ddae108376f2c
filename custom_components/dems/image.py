"""The plan as an image, for dashboards and notifications."""

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


class DemsImageDescription(ImageEntityDescription, PartDescription[Plan], frozen_or_thawed=True):
    """Describes an image."""


PLAN: Final = DemsImageDescription(
    key="plan_plot",
    translation_key="plan_plot",
    part=Part.PLAN,
    section=lambda house: house.plan,
    content_type="image/svg+xml",
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the image of a household's plan."""
    add_with_devices(
        entry, async_add_entities, (PLAN,), lambda coordinator, one: PlanImage(hass, coordinator, one)
    )


class PlanImage(DemsEntity[Plan], ImageEntity):
    """The plan and the forecast, drawn when somebody looks. Its state is when the plan was made."""

    entity_description: DemsImageDescription

    def __init__(
        self, hass: HomeAssistant, coordinator: DemsCoordinator, description: DemsImageDescription
    ) -> None:
        """Take whose plan is drawn."""
        DemsEntity.__init__(self, coordinator, description)
        ImageEntity.__init__(self, hass)
        self._drawn: tuple[datetime | None, bytes] | None = None

    @property
    @override
    def image_last_updated(self) -> datetime | None:
        """When the plan was made."""
        return None if (plan := self.section) is None else plan.made_at

    @override
    async def async_image(self) -> bytes | None:
        """Return the drawing of the plan as it is now, None where the bridge does not tell it."""
        made_at = self.image_last_updated
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

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show that there is a new plan."""
        if (plan := self.section) is not None and self._drawn is not None and self._drawn[0] != plan.made_at:
            self._cached_image = None
        super()._handle_coordinator_update()

    async def _words(self) -> Words:
        language = self.hass.config.language
        texts = await async_get_translations(self.hass, language, "selector", {DOMAIN})
        names = await async_get_translations(self.hass, language, "entity", {DOMAIN})

        def word(key: str) -> str:
            return texts.get(f"component.{DOMAIN}.selector.plot.options.{key}", key)

        return Words(
            load=word("load"),
            generation=word("generation"),
            soc=word("soc"),
            modes={
                mode: names.get(f"component.{DOMAIN}.entity.sensor.plan_mode.state.{mode}", mode)
                for mode in PlanMode
            },
        )
