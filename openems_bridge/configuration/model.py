"""The configuration as the program sees it, once it has been checked."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dems_protocol.slots import SlotGrid
from openems_bridge.foresight.options import SiteOptions, TariffOptions
from openems_bridge.keys.options import KeyOptions
from openems_bridge.ledger.options import LedgerOptions

if TYPE_CHECKING:
    # Each adapter's package imports its libraries, so only the one that is configured is imported.
    from openems_bridge.edge.modbus.options import ModbusOptions
    from openems_bridge.edge.openems.options import OpenEmsOptions
    from openems_bridge.edge.simulation.options import SimulationOptions

DEFAULT_PORT = 8484


@dataclass(frozen=True, slots=True)
class PushedOptions:
    """Home Assistant pushes the readings: there is nothing to configure."""


type EdgeOptions = OpenEmsOptions | ModbusOptions | SimulationOptions | PushedOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfiguration:
    """Where the API listens. ``host`` None is every interface; ``zeroconf`` announces it on the network."""

    host: str | None = None
    port: int = DEFAULT_PORT
    zeroconf: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeConfiguration:
    """One household's bridge. ``log_level`` is one of ``logging``'s names in upper case."""

    household: str
    data_dir: Path
    grid: SlotGrid
    edge: EdgeOptions
    api: ApiConfiguration
    log_level: str
    keys: KeyOptions = field(default_factory=KeyOptions)
    ledger: LedgerOptions = field(default_factory=LedgerOptions)
    site: SiteOptions = field(default_factory=SiteOptions)
    tariff: TariffOptions = field(default_factory=TariffOptions)
