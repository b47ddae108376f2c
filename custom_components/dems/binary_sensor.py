"""Binary sensors: whether the bridge reaches the energy system, operator and chain, and what is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .ledger import REFUSED, Anchor, AnchorStatus, Community, Connection
from .market import Result, ResultStatus
from .models import Bridge, EdgeConnection, EdgeState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsBinarySensorDescription[S](BinarySensorEntityDescription, PartDescription[S]):
    """Describes a binary sensor."""

    value: Callable[[S], bool | None]
    attributes: Callable[[S], Mapping[str, Any]] | None = None


def _is_problem(state: EdgeState | None) -> bool | None:
    return None if state is None else state in (EdgeState.WARNING, EdgeState.FAULT)


def _connection(
    key: str, connection: Callable[[Community], Connection | None]
) -> DemsBinarySensorDescription[Community]:
    def is_connected(community: Community) -> bool | None:
        state = connection(community)
        return None if state is None else state is Connection.CONNECTED

    return DemsBinarySensorDescription(
        key=key,
        translation_key=key,
        part=Part.COMMUNITY,
        section=lambda house: house.community,
        value=is_connected,
        attributes=lambda community: {"connection": connection(community)},
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
    )


def _is_unanchored(status: AnchorStatus | None) -> bool | None:
    return None if status is None else status in REFUSED or status is AnchorStatus.NOT_VERIFIED


BINARY_SENSORS: tuple[DemsBinarySensorDescription[Any], ...] = (
    DemsBinarySensorDescription[Bridge](
        key="edge_connection",
        translation_key="edge_connection",
        part=Part.BRIDGE,
        section=lambda house: house.bridge,
        value=lambda bridge: None if bridge.edge is None else bridge.edge is EdgeConnection.CONNECTED,
        attributes=lambda bridge: {"connection": bridge.edge, "problem": bridge.edge_problem},
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    DemsBinarySensorDescription[Bridge](
        key="edge_state",
        translation_key="edge_state",
        part=Part.BRIDGE,
        section=lambda house: house.bridge,
        value=lambda bridge: _is_problem(bridge.edge_state),
        attributes=lambda bridge: {"level": bridge.edge_state},
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    DemsBinarySensorDescription[Bridge](
        key="disk",
        translation_key="disk",
        part=Part.BRIDGE,
        section=lambda house: house.bridge,
        value=lambda bridge: bridge.disk_full,
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    _connection("operator_connection", lambda community: community.operator),
    _connection("chain_connection", lambda community: community.chain),
    DemsBinarySensorDescription[Anchor](
        key="anchor_problem",
        translation_key="anchor_problem",
        part=Part.MEMBER,
        section=lambda house: house.anchor,
        value=lambda anchor: _is_unanchored(anchor.status),
        attributes=lambda anchor: {"status": anchor.status, "slot": anchor.slot},
        device_class=BinarySensorDeviceClass.PROBLEM,
    ),
    DemsBinarySensorDescription[Community](
        key="read_only",
        translation_key="read_only",
        part=Part.MEMBER,
        section=lambda house: house.community,
        value=lambda community: community.read_only,
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    DemsBinarySensorDescription[Result](
        key="market_violation",
        translation_key="market_violation",
        part=Part.MARKET,
        section=lambda house: house.market.last if house.market else None,
        value=lambda last: None if last.status is None else last.status is ResultStatus.VIOLATED,
        attributes=lambda last: {"slot": last.slot, "reason": last.reason.code if last.reason else None},
        device_class=BinarySensorDeviceClass.PROBLEM,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the binary sensors of a household."""
    add_with_devices(entry, async_add_entities, BINARY_SENSORS, DemsBinarySensor)


class DemsBinarySensor[S](DemsEntity[S], BinarySensorEntity):
    """Something that is so or not."""

    entity_description: DemsBinarySensorDescription[S]

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is so, None while that is unknown."""
        return None if (section := self.section) is None else self.entity_description.value(section)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """What belongs to it."""
        attributes, section = self.entity_description.attributes, self.section
        return None if attributes is None or section is None else attributes(section)
