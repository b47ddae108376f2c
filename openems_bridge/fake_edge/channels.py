"""The channels that an Edge's components have: type, unit, access mode, as facts/openems.md names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

type Value = bool | int | float | str | None


class AccessMode(StrEnum):
    """What a client may do with a channel."""

    READ_ONLY = "RO"
    READ_WRITE = "RW"
    WRITE_ONLY = "WO"


class ValueType(StrEnum):
    """OpenEMS' OpenemsType."""

    BOOLEAN = "BOOLEAN"
    INTEGER = "INTEGER"
    LONG = "LONG"
    DOUBLE = "DOUBLE"
    STRING = "STRING"


class Category(StrEnum):
    """What kind of document ``getChannelsOfComponent`` gives."""

    OPENEMS_TYPE = "OPENEMS_TYPE"
    ENUM = "ENUM"
    STATE = "STATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What an Edge knows of a channel besides its value."""

    id: str
    type: ValueType = ValueType.INTEGER
    unit: str = ""
    access: AccessMode = AccessMode.READ_ONLY
    category: Category = Category.OPENEMS_TYPE
    options: Mapping[str, int] = field(default_factory=dict)
    level: str | None = None
    text: str = ""
    priority: str = "HIGH"

    @property
    def readable(self) -> bool:
        """Whether the channel has a value that can be read."""
        return self.access is not AccessMode.WRITE_ONLY

    @property
    def writable(self) -> bool:
        """Whether the channel takes values."""
        return self.access is not AccessMode.READ_ONLY


LEVELS = {"Ok": 0, "Info": 1, "Warning": 2, "Fault": 3}
GRID_MODES = {"Undefined": -1, "On-Grid": 1, "Off-Grid": 2}
POWER_TEXT = "Negative values for Charge; positive for Discharge"


def _watts(*names: str, text: str = "") -> list[Channel]:
    return [Channel(id=name, unit="W", text=text) for name in names]


def _three_phase(name: str) -> list[Channel]:
    return _watts(name, f"{name}L1", f"{name}L2", f"{name}L3")


def _energy(*names: str) -> list[Channel]:
    return [Channel(id=name, type=ValueType.LONG, unit="Wh") for name in names]


def _set_points(*names: str) -> list[Channel]:
    units = {"Active": "W", "Reactive": "var"}
    return [
        Channel(
            id=f"Set{kind}Power{relation}",
            unit=units[kind],
            access=AccessMode.WRITE_ONLY,
            text=POWER_TEXT,
            priority="LOW",
        )
        for relation in names
        for kind in units
    ]


STATE = Channel(
    id="State",
    category=Category.ENUM,
    options=LEVELS,
    text="0:Ok, 1:Info, 2:Warning, 3:Fault",
    priority="VERY_HIGH",
)
GRID_MODE = Channel(id="GridMode", category=Category.ENUM, options=GRID_MODES)
RUN_FAILED = Channel(
    id="RunFailed",
    type=ValueType.BOOLEAN,
    category=Category.STATE,
    level="FAULT",
    text="Running the Controller failed",
)
API_WORKER_LOG = Channel(id="ApiWorkerLog", type=ValueType.STRING, text="Logs Write-Commands via ApiWorker")

SUM = (
    STATE,
    Channel(id="EssSoc", unit="%"),
    *_three_phase("EssActivePower"),
    *_watts("EssDischargePower"),
    Channel(id="EssReactivePower", unit="var"),
    Channel(id="EssCapacity", unit="Wh"),
    Channel(id="EssMaxApparentPower", unit="VA"),
    *_three_phase("GridActivePower"),
    *_watts("GridMinActivePower", "GridMaxActivePower"),
    Channel(id="GridBuyPrice", type=ValueType.DOUBLE, unit="€/MWh"),
    *_watts("ProductionActivePower"),
    *_three_phase("ProductionAcActivePower"),
    *_watts("ProductionDcActualPower", "ProductionMaxActivePower"),
    *_three_phase("ConsumptionActivePower"),
    *_watts("ConsumptionMaxActivePower", "UnmanagedConsumptionActivePower"),
    GRID_MODE,
    *_energy(
        "EssActiveChargeEnergy",
        "EssActiveDischargeEnergy",
        "EssDcChargeEnergy",
        "EssDcDischargeEnergy",
        "GridBuyActiveEnergy",
        "GridSellActiveEnergy",
        "ProductionActiveEnergy",
        "ProductionAcActiveEnergy",
        "ProductionDcActiveEnergy",
        "ConsumptionActiveEnergy",
    ),
)

META = (
    STATE,
    Channel(id="Version", type=ValueType.STRING),
    Channel(id="SystemTimeUtc", type=ValueType.LONG, unit="s"),
    Channel(id="Currency", category=Category.ENUM, options={"Undefined": -1, "EUR": 0, "SEK": 1, "CHF": 2}),
    Channel(id="IsEssChargeFromGridAllowed", type=ValueType.BOOLEAN),
)

ESS = (
    STATE,
    Channel(id="Soc", unit="%"),
    Channel(id="Capacity", unit="Wh"),
    GRID_MODE,
    *_watts("ActivePower", text=POWER_TEXT),
    Channel(id="ReactivePower", unit="var"),
    Channel(id="MaxApparentPower", unit="VA"),
    *_energy("ActiveChargeEnergy", "ActiveDischargeEnergy"),
)

MANAGED_ESS = (
    *_watts("AllowedChargePower", "AllowedDischargePower"),
    *_set_points("Equals", "LessOrEquals", "GreaterOrEquals"),
    *_watts("DebugSetActivePower", text=POWER_TEXT),
    Channel(
        id="ApplyPowerFailed",
        type=ValueType.BOOLEAN,
        category=Category.STATE,
        level="FAULT",
        text="Applying the Active/Reactive Power failed",
    ),
)

HYBRID_ESS = (
    *_watts("DcDischargePower", text=POWER_TEXT),
    *_energy("DcChargeEnergy", "DcDischargeEnergy"),
)

METER = (
    STATE,
    *_three_phase("ActivePower"),
    *(Channel(id=f"Voltage{phase}", unit="mV") for phase in ("", "L1", "L2", "L3")),
    *(Channel(id=f"Current{phase}", unit="mA") for phase in ("", "L1", "L2", "L3")),
    Channel(id="Frequency", unit="mHz"),
    *_energy("ActiveProductionEnergy", "ActiveConsumptionEnergy"),
)

CHARGER = (STATE, *_watts("ActualPower"), *_energy("ActualEnergy"))

CONTROLLER = (STATE, RUN_FAILED)
API_CONTROLLER = (*CONTROLLER, API_WORKER_LOG)
BALANCING = (
    *CONTROLLER,
    Channel(id="SetGridActivePower", unit="W", access=AccessMode.WRITE_ONLY, text="Target Grid Active Power"),
)
RELAY = (
    STATE,
    Channel(
        id="InputOutput0",
        type=ValueType.BOOLEAN,
        access=AccessMode.READ_WRITE,
        text="A relay that nothing hangs on",
    ),
)
PLAIN = (STATE,)


def document(channel: Channel) -> dict[str, object]:
    """Return a channel as ``getChannelsOfComponent`` lists it."""
    result: dict[str, object] = {
        "id": channel.id,
        "accessMode": channel.access.value,
        "persistencePriority": channel.priority,
        "text": channel.text,
        "type": channel.type.value,
        "unit": channel.unit,
        "category": channel.category.value,
    }
    if channel.category is Category.ENUM:
        result["options"] = dict(channel.options)
    if channel.category is Category.STATE:
        result["level"] = channel.level
    return result


class WrongType(ValueError):
    """A value cannot become one of the channel's type."""


def converted(channel: Channel, value: object) -> Value:
    """Return a written value as one of the channel's type. Raises WrongType (NaN is of no type).

    Numbers may come as text, as they do over REST.
    """
    try:
        match channel.type:
            case ValueType.BOOLEAN:
                return _boolean(value)
            case ValueType.INTEGER | ValueType.LONG:
                return round(_number(value))
            case ValueType.DOUBLE:
                return _number(value)
            case ValueType.STRING:
                return str(value)
    except TypeError, ValueError, OverflowError:
        raise WrongType(f"{value!r} is not a value of the type {channel.type} for {channel.id}") from None


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise ValueError
