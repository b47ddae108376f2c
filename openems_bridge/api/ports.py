"""What the API needs of the rest of the bridge."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from dems_node.json_types import Json, Section
from openems_bridge.dispatcher.commands import DispatchState, Limits, Mode, Target
from openems_bridge.edge.pushed.readings import PushedSample, PushOutcome
from openems_bridge.edge.pushed.setpoints import Offer, Outcome
from openems_bridge.foresight.announcements import PromisedSun
from openems_bridge.foresight.tariff import Tariff
from openems_bridge.ledger.plant import Plant
from openems_bridge.metering.readings import Reading
from openems_bridge.store.events import Event


class Steering(Protocol):
    """The dispatcher, as far as a person may use it."""

    @property
    def dispatch(self) -> DispatchState:
        """What is done at the battery now."""
        ...

    @property
    def limits(self) -> Limits:
        """The owner's limits in force."""
        ...

    async def set_mode(self, mode: Mode) -> None:
        """Change the mode, and keep it over a restart."""
        ...

    async def set_limits(self, limits: Limits) -> None:
        """Change the limits, and keep them over a restart. Raises RequestRefused."""
        ...

    async def command(self, target: Target, duration_s: int, note: str) -> None:
        """Follow a target for so many seconds. Raises RequestRefused."""
        ...

    async def withdraw(self) -> None:
        """End the manual command, if there is one."""
        ...


class Archive(Protocol):
    """What is kept: readings and events."""

    async def readings(self, first: int | None, last: int | None, limit: int) -> Sequence[Reading]:
        """Return at most ``limit`` readings of slots in [first, last], oldest first (see store.readings.page)."""
        ...

    async def events_after(self, event_id: int, limit: int) -> Sequence[Event]:
        """Return stored events with a greater id, oldest first."""
        ...


class PushedReadings(Protocol):
    """The Edge that is fed by the API."""

    def push(self, sample: PushedSample) -> PushOutcome:
        """Take a sample's values; say which were refused, and why."""
        ...


class Setpoints(Protocol):
    """The way to the battery through Home Assistant's scripts."""

    def offer(self, client_id: str, offer: Offer) -> None:
        """Take a client's offer. Raises SteeredByAnother."""
        ...

    def withdraw(self, client_id: str) -> None:
        """Take a client's word that it offers nothing, and that nothing is in force through it."""
        ...

    def acknowledge(self, client_id: str, setpoint_id: str, outcome: Outcome) -> bool:
        """Take what became of a set-point; return whether somebody still waits for it."""
        ...


class Ledger(Protocol):
    """The household's part in its community's ledger. Every call raises LedgerRefused where it cannot be done."""

    async def preview(self, line: str) -> Mapping[str, Json]:
        """Return what an invitation leads to; nothing of it is stored."""
        ...

    async def join(self, line: str, consent: bytes, plant: Plant) -> Section:
        """Agree to the text with this keccak and ask to be admitted; return the ``community`` section."""
        ...

    async def leave(self) -> Section:
        """Leave with the next slot; return the ``community`` section."""
        ...

    async def anchor_now(self) -> int:
        """Try the waiting readings now; return how many wait."""
        ...

    async def proofs(self, first: int, last: int) -> Mapping[str, Json]:
        """Return the file with the proofs of slots in [first, last]."""
        ...

    async def settlement(self, first: int | None, last: int | None) -> Sequence[Mapping[str, Json]]:
        """Return at most 1000 slots' results in [first, last], oldest first."""
        ...

    async def claim(self) -> int:
        """Claim what the renewable-energy account holds; return the transaction's id."""
        ...

    async def redeem(self, identifier: int, watt_hours: int, purpose: str) -> int:
        """Redeem certificates; return the transaction's id."""
        ...

    async def deposits(self) -> Mapping[str, Json]:
        """Return the household's money in the ledger: ``account`` and ``held``."""
        ...

    async def withdraw(self, amount: int | None) -> Mapping[str, Json]:
        """Pay money in the ledger out to the household; return the transaction's id and the amount."""
        ...


class Foresight(Protocol):
    """Forecast and plan. Calls raise Refused where they cannot be done."""

    def forecast(self, first: int | None, last: int | None) -> Sequence[Mapping[str, Json]]:
        """Return the quantiles of slots in [first, last], as far as the forecast reaches."""
        ...

    def plan(self) -> Section:
        """Return the whole plan from the running slot on."""
        ...

    async def set_tariff(self, tariff: Tariff) -> int | None:
        """Put a tariff in force; return until when (UTC s) it is known, None for a fixed one."""
        ...

    async def keep_solar_forecast(self, promises: Sequence[PromisedSun]) -> int:
        """Keep Home Assistant's solar forecast; return of how many periods."""
        ...

    async def announce_load(self, name: str, power: int, energy: int, earliest: int, latest: int) -> Section:
        """Plan for a device that will run; return its id and when to start it."""
        ...

    async def hold(self, start: int, end: int, reason: str) -> Section:
        """Do not discharge in [start, end) (UTC s); return the hold's id."""
        ...

    async def forget_load(self, identifier: str) -> bool:
        """Take an announced load back; return whether there was one."""
        ...

    async def release_hold(self, identifier: str) -> bool:
        """End a hold; return whether there was one."""
        ...


class Trading(Protocol):
    """The household's side of the market. Calls raise Refused where they cannot be done."""

    async def change(self, changes: Mapping[str, Any]) -> Section:
        """Change some of the owner's limits; return the ``trading`` section. Raises OutOfBounds."""
        ...

    async def place(self, slot: int, side: int, energy: int, limit: int, battery: int) -> Section:
        """Place an order (side 0 buys, 1 sells); return it."""
        ...

    async def orders(self, first: int | None, last: int | None) -> Sequence[Section]:
        """Return the orders of slots in [first, last], oldest first."""
        ...

    async def withdraw(self, identifier: str) -> Section:
        """Take an order back; return it."""
        ...

    async def decide(self, identifier: str, *, accepted: bool) -> Section:
        """Accept or reject a suggestion, or all of a question; return the ``suggestion`` section."""
        ...

    async def market(self, first: int | None, last: int | None) -> Sequence[Section]:
        """Return prices and own results of cleared slots in [first, last], oldest first."""
        ...


class Diagnostics(Protocol):
    """What helps to find a fault, without secrets."""

    async def document(self) -> Mapping[str, Json]:
        """Return configuration without secrets, topology, versions, counts, last problems."""
        ...

    @property
    def healthy(self) -> bool:
        """Whether the bridge does its work: the Edge answers and the disk has room."""
        ...
