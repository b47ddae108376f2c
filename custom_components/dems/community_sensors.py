"""The sensors of the community: membership, the last slot's anchoring, what netting gave, and what stands in the way.

None of the energies has a state class: they are dated to a slot that is an hour old and may be rewritten, so as live
states they belong in no statistics. `settlement` brings them there.
"""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy

from .devices import Part
from .document import Reason
from .ledger import WEI, Anchor, AnchorStatus, Community, Membership, Netting
from .reasons import LEDGER_REASONS, NONE, OTHER, known_code
from .sensor_description import DemsSensorDescription

NATIVE_UNIT: Final = "ETH"
"""What the chain's own currency is called by default; a private chain's has no other name."""


def _membership(community: Community) -> dict[str, Any]:
    return {
        **_reason(community.reason),
        "chain_id": community.chain_id,
        "household": community.household,
        "meter": community.meter,
    }


def _reason(reason: Reason | None) -> dict[str, Any]:
    return {
        "code": reason.code if reason else None,
        "parameters": dict(reason.params) if reason else {},
    }


def _anchor(anchor: Anchor) -> dict[str, Any]:
    return {
        "slot": anchor.slot,
        "start": anchor.start,
        "reason": known_code(anchor.reason, LEDGER_REASONS),
        "leaves": anchor.leaves,
        "late": anchor.late,
    }


def _slot(netting: Netting) -> dict[str, Any]:
    return {"slot": netting.slot, "start": netting.start, "phase": netting.phase}


def _certificates(netting: Netting) -> dict[str, Any]:
    return {
        "certificates": [
            {"id": one.id, "amount_wh": one.energy, "origin": dict(one.origin)}
            for one in netting.certificates
        ]
    }


def _netted(key: str, value: Callable[[Netting], int | None]) -> DemsSensorDescription[Netting]:
    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=Part.MEMBER,
        section=lambda house: house.netting,
        value=value,
        attributes=_slot,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_display_precision=0,
    )


COMMUNITY_SENSORS: Final[tuple[DemsSensorDescription[Any], ...]] = (
    DemsSensorDescription[Community](
        key="membership",
        translation_key="membership",
        part=Part.COMMUNITY,
        section=lambda house: house.community,
        value=lambda community: community.status,
        attributes=_membership,
        device_class=SensorDeviceClass.ENUM,
        options=[*Membership],
    ),
    DemsSensorDescription[Community](
        key="community_problem",
        translation_key="community_problem",
        part=Part.COMMUNITY,
        section=lambda house: house.community,
        value=lambda community: known_code(community.problem or community.reason, LEDGER_REASONS) or NONE,
        attributes=lambda community: _reason(community.problem or community.reason),
        device_class=SensorDeviceClass.ENUM,
        options=[NONE, *sorted(LEDGER_REASONS), OTHER],
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    DemsSensorDescription[Anchor](
        key="anchor_status",
        translation_key="anchor_status",
        part=Part.MEMBER,
        section=lambda house: house.anchor,
        value=lambda anchor: anchor.status,
        attributes=_anchor,
        device_class=SensorDeviceClass.ENUM,
        options=[*AnchorStatus],
    ),
    DemsSensorDescription[Anchor](
        key="anchor_reason",
        translation_key="anchor_reason",
        part=Part.MEMBER,
        section=lambda house: house.anchor,
        value=lambda anchor: known_code(anchor.reason, LEDGER_REASONS) or NONE,
        attributes=lambda anchor: _reason(anchor.reason),
        device_class=SensorDeviceClass.ENUM,
        options=[NONE, *sorted(LEDGER_REASONS), OTHER],
    ),
    DemsSensorDescription[Anchor](
        key="last_verified",
        translation_key="last_verified",
        part=Part.MEMBER,
        section=lambda house: house.anchor,
        value=lambda anchor: anchor.last_verified_end,
        attributes=lambda anchor: {"slot": anchor.last_verified_slot},
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    DemsSensorDescription[Anchor](
        key="readings_waiting",
        translation_key="readings_waiting",
        part=Part.MEMBER,
        section=lambda house: house.anchor,
        value=lambda anchor: anchor.waiting,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _netted("slot_withdrawal_inside", lambda netting: netting.withdrawal_inside),
    _netted("slot_withdrawal_outside", lambda netting: netting.withdrawal_outside),
    _netted("slot_feed_in_inside", lambda netting: netting.feed_in_inside),
    _netted("slot_feed_in_outside", lambda netting: netting.feed_in_outside),
    DemsSensorDescription[Netting](
        key="community_share",
        translation_key="community_share",
        part=Part.MEMBER,
        section=lambda house: house.netting,
        value=lambda netting: None if netting.share is None else 100 * netting.share,
        attributes=_slot,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
    ),
    DemsSensorDescription[Netting](
        key="renewable_energy_account",
        translation_key="renewable_energy_account",
        part=Part.MEMBER,
        section=lambda house: house.netting,
        value=lambda netting: netting.account,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
    ),
    DemsSensorDescription[Netting](
        key="certificates",
        translation_key="certificates",
        part=Part.MEMBER,
        section=lambda house: house.netting,
        value=lambda netting: netting.certified,
        attributes=_certificates,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
    ),
    DemsSensorDescription[Community](
        key="wallet_balance",
        translation_key="wallet_balance",
        part=Part.MEMBER,
        section=lambda house: house.community,
        value=lambda community: None if community.balance is None else community.balance / WEI,
        native_unit_of_measurement=NATIVE_UNIT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    DemsSensorDescription[Community](
        key="pending_transactions",
        translation_key="pending_transactions",
        part=Part.MEMBER,
        section=lambda house: house.community,
        value=lambda community: community.pending_transactions,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)
