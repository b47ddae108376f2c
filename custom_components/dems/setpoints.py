"""Set-points through Home Assistant: the bridge says what it wants, the owner's scripts do it, and it is given back.

Released are the battery at the lease's end, once the bridge has been silent for as long as it said that a set-point is
to be remembered, on unload, when Home Assistant stops, and at the next start where that did not happen.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Self

from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.storage import Store

from .client import BridgeClient
from .const import DOMAIN
from .document import Reader
from .errors import BridgeError, BridgeProblem
from .issues import RELEASE_SCRIPT_FAILED, SET_SCRIPT_FAILED, Issues
from .scripts import Outcome, ScriptMissing, Scripts, run_script, service_of

_LOGGER = logging.getLogger(__name__)

SETPOINT: Final = "setpoint"
"""The type of the messages that are for us."""
ACKNOWLEDGED_AFTER: Final = 3.0
"""s. The bridge waits little longer; of a script that takes longer it is told that it runs."""
FIRST_RETRY: Final = 5.0
LONGEST_RETRY: Final = 60.0
OFFER_RETRY: Final = 10.0
LONGEST_REMEMBERED: Final = 60.0
"""s. Whatever the bridge says, a set-point that is not renewed ends after this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A set-point (W, + discharging), or None for a release; ``remembered`` is for how long without another one, s."""

    id: str
    power: int | None
    remembered: float

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> Self:
        """Read a message of the type ``setpoint``. Raises InvalidAnswer."""
        values = Reader(SETPOINT, message)
        return cls(
            id=values.required_text("id"),
            power=values.integer("power"),
            remembered=min(LONGEST_REMEMBERED, max(1.0, values.required_integer("remembered"))),
        )


class SetpointJournal:
    """What is on disk before a script is run: with which script the battery is to be given back, if it is."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Serve one config entry."""
        self._store: Store[dict[str, str]] = Store(hass, 1, f"{DOMAIN}.{entry_id}.setpoint", private=True)
        self.release: str | None = None
        """The release script that is owed."""

    async def load(self) -> None:
        """Read what the last run owes."""
        self.release = (await self._store.async_load() or {}).get("release")

    async def owe(self, release: str) -> None:
        """Note, on disk, that a release is owed from now on."""
        if self.release != release:
            await self._store.async_save({"release": release})
            self.release = release

    async def paid(self) -> None:
        """Note that the battery was given back."""
        if self.release is not None:
            await self._store.async_save({})
            self.release = None

    async def forget(self) -> None:
        """Remove the note: the household is removed."""
        await self._store.async_remove()


class Setpoints:
    """Obeys the bridge's set-points through the owner's scripts; without scripts it only pays what is owed."""

    def __init__(
        self,
        hass: HomeAssistant,
        client: BridgeClient,
        scripts: Scripts | None,
        journal: SetpointJournal,
        issues: Issues,
        title: str,
    ) -> None:
        """Take whose battery it is, and with which scripts it is steered."""
        self._hass = hass
        self._client = client
        self._scripts = scripts
        self._journal = journal
        self._issues = issues
        self._title = title
        self._order: Order | None = None
        self._must_offer = False
        self._power: int | None = None
        self._release_at: float | None = None
        self._retry = FIRST_RETRY
        self._is_closing = False
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._failed: set[str] = set()

    @property
    def power(self) -> int | None:
        """The power (W, + discharging) that the script was last run with, None while the battery is free."""
        return self._power

    @property
    def is_needed(self) -> bool:
        """Whether there are scripts, or a release is owed."""
        return self._scripts is not None or self._journal.release is not None

    @callback
    def give_back_once_started(self) -> None:
        """Give back what is owed and do nothing else: the household cannot be set up now."""

        async def at_started(hass: HomeAssistant) -> None:
            await self.close()

        if self._journal.release is not None:
            async_at_started(self._hass, at_started)

    @callback
    def connected(self) -> None:
        """The bridge is there, perhaps another run of it: it has to know what is offered."""
        self._must_offer = True
        self._wake.set()

    @callback
    def take(self, message: Mapping[str, Any]) -> None:
        """Take what the bridge wants; the newest counts. Raises InvalidAnswer."""
        self._order = Order.read(message)
        self._wake.set()

    async def run(self) -> None:
        """Obey until cancelled. Scripts exist once Home Assistant has started; what is owed is paid first then."""
        forget = self._hass.async_add_shutdown_job(HassJob(self.close, "give the battery back"))
        try:
            await self._started()
            if self._journal.release is not None:
                _LOGGER.warning("%s: a set-point was left in force, giving the battery back", self._title)
                self._release_at = self._hass.loop.time()
            while not self._is_closing:
                await self._guarded_step()
                await self._wait()
        finally:
            forget()

    async def close(self) -> None:
        """Obey nothing any more, and give the battery back. What cannot be given back now is so at the next start."""
        self._is_closing = True
        self._wake.set()
        async with self._one_at_a_time:
            if self._journal.release is not None:
                try:
                    await self._release()
                except Exception:
                    _LOGGER.exception("%s: unexpected error while giving the battery back", self._title)

    async def _started(self) -> None:
        started = asyncio.Event()

        @callback
        def at_started(hass: HomeAssistant) -> None:
            started.set()

        forget = async_at_started(self._hass, at_started)
        try:
            await started.wait()
        finally:
            forget()

    async def _guarded_step(self) -> None:
        """Go on after a fault of our own, or of the disk: a battery that is held must be given back."""
        try:
            await self._step()
        except Exception:
            _LOGGER.exception("%s: unexpected error while steering the battery", self._title)
            if self._journal.release is not None:
                self._release_at = self._hass.loop.time() + self._retry

    async def _step(self) -> None:
        self._wake.clear()
        if self._must_offer:
            await self._offer()
        order, self._order = self._order, None
        async with self._one_at_a_time:
            if self._is_closing:
                return
            # What is owed goes first; what has failed is given back at once.
            await self._release_if_due()
            if order is not None and self._scripts is not None:
                await self._obey(order, self._scripts)
            await self._release_if_due()

    async def _wait(self) -> None:
        """Wait for news, or until the battery is to be given back."""
        due = None if self._release_at is None else max(0.0, self._release_at - self._hass.loop.time())
        if self._must_offer:
            due = OFFER_RETRY if due is None else min(due, OFFER_RETRY)
        try:
            async with asyncio.timeout(due):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _release_if_due(self) -> None:
        if self._release_at is None or self._hass.loop.time() < self._release_at:
            return
        if self._power is not None:
            _LOGGER.warning(
                "%s has said nothing of its set-point of %d W any more: giving the battery back",
                self._title,
                self._power,
            )
        await self._release()

    async def _offer(self) -> None:
        """Tell the bridge what the scripts may be asked for, or that nothing is in force through us."""
        if self._scripts is None and self._journal.release is not None:
            return  # Not before it is given back.
        self._must_offer = False
        try:
            await self._client.offer_setpoints(None if self._scripts is None else self._scripts.offer)
        except BridgeProblem as problem:
            if self._scripts is not None:
                self._complain_of(problem)
        except BridgeError as error:
            self._must_offer = True
            _LOGGER.debug("%s was not told what is offered: %s", self._title, error)

    def _complain_of(self, problem: BridgeProblem) -> None:
        if problem.status == HTTPStatus.NOT_FOUND:
            _LOGGER.error("%s is too old to steer through Home Assistant: update the bridge", self._title)
        else:
            _LOGGER.error(
                "%s does not steer through Home Assistant's scripts: %s", self._title, problem.detail
            )

    async def _obey(self, order: Order, scripts: Scripts) -> None:
        now = self._hass.loop.time()
        if order.power is None:
            await self._acknowledge(order.id, await self._release(order))
        elif not scripts.allows(order.power):
            _LOGGER.error("%s asks for %d W, more than you allow", self._title, order.power)
            await self._acknowledge(order.id, Outcome.FAILED)
        elif order.power == self._power:
            self._release_at = now + order.remembered
            await self._acknowledge(order.id, Outcome.DONE)
        else:
            await self._set(order, order.power, scripts)

    async def _set(self, order: Order, power: int, scripts: Scripts) -> None:
        if service_of(self._hass, scripts.release) is None:
            self._went_wrong(
                RELEASE_SCRIPT_FAILED, scripts.release, Outcome.MISSING, ScriptMissing("it is not there")
            )
            await self._acknowledge(order.id, Outcome.MISSING)
            return
        if RELEASE_SCRIPT_FAILED in self._failed and self._release_at is not None:
            # Nothing is set that cannot be taken back.
            await self._acknowledge(order.id, Outcome.FAILED)
            return
        await self._journal.owe(scripts.release)
        outcome = await self._run(SET_SCRIPT_FAILED, scripts.set, {"power": power}, order)
        if outcome is Outcome.DONE:
            self._power = power
            self._release_at = self._hass.loop.time() + order.remembered
        else:
            # What it has done before it failed nobody knows.
            self._power = None
            self._release_at = self._hass.loop.time()
        await self._acknowledge(order.id, outcome)

    async def _release(self, order: Order | None = None) -> Outcome:
        release = self._journal.release or (self._scripts.release if self._scripts else None)
        if release is None:
            return Outcome.DONE
        outcome = await self._run(RELEASE_SCRIPT_FAILED, release, {}, order)
        self._power = None
        if outcome is Outcome.DONE:
            await self._journal.paid()
            self._release_at, self._retry = None, FIRST_RETRY
            if self._scripts is None:
                self._must_offer = True
                self._wake.set()
        else:
            self._release_at = self._hass.loop.time() + self._retry
            self._retry = min(LONGEST_RETRY, 2 * self._retry)
        return outcome

    async def _run(self, issue: str, script: str, data: Mapping[str, Any], order: Order | None) -> Outcome:
        """Run a script, telling the bridge meanwhile that it runs; return what became of it."""
        running = asyncio.create_task(run_script(self._hass, script, data))
        try:
            done, _ = await asyncio.wait({running}, timeout=ACKNOWLEDGED_AFTER)
            if not done and order is not None:
                await self._acknowledge(order.id, Outcome.STARTED)
            await running
        except ScriptMissing as error:
            return self._went_wrong(issue, script, Outcome.MISSING, error)
        except Exception as error:
            # Whatever an action of the owner's may raise.
            return self._went_wrong(issue, script, Outcome.FAILED, error)
        finally:
            running.cancel()
        self._failed.discard(issue)
        self._issues.script_works(issue)
        return Outcome.DONE

    def _went_wrong(self, issue: str, script: str, outcome: Outcome, error: Exception) -> Outcome:
        if issue not in self._failed:
            _LOGGER.error("%s: %s did not do its work: %s", self._title, script, str(error) or repr(error))
        self._failed.add(issue)
        self._issues.script_failed(issue, script)
        return outcome

    async def _acknowledge(self, setpoint_id: str, outcome: Outcome) -> None:
        if self._is_closing:
            return
        try:
            await self._client.acknowledge_setpoint(setpoint_id, outcome)
        except BridgeProblem as problem:
            _LOGGER.debug("%s does not wait for %s any more: %s", self._title, setpoint_id, problem)
        except BridgeError as error:
            _LOGGER.debug("%s was not told of %s: %s", self._title, setpoint_id, error)
