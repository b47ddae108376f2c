"""Lies that only shows who remembers earlier slots, or who knows whose the meters are. Told as in `lies`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from community.deploying import ChainDeployer
from community.readings.acceptance import Accepted
from community.slots import building, making
from dems_protocol.contracts import community_registry, conversions
from dems_protocol.curve import add
from dems_protocol.readings import NO_READING, Reading, advance_registers
from tests.community.households import Household as Stranger
from tests.e2e_ledger.household import Household
from tests.e2e_ledger.lies import GENERATOR, _keep, _replace
from tests.e2e_ledger.quarter import Quarter

type Undo = Callable[[], Awaitable[None]]


async def begin_anew(quarter: Quarter, accomplice: Household, slot: int) -> Undo:
    """A household that is in league with the operator signs as if its meter had no past."""
    reading = await _own(accomplice, slot)
    running = advance_registers(None, reading.commitments)
    anew = replace(reading, previous=NO_READING, previous_slot=0, running=running)
    return await _sign_instead(quarter, accomplice, reading, anew)


async def break_register(quarter: Quarter, accomplice: Household, slot: int) -> Undo:
    """It signs a Wh more in its running withdrawal than it committed to."""
    reading = await _own(accomplice, slot)
    withdrawal, *others = reading.running
    broken = replace(reading, running=(add(withdrawal, GENERATOR), *others))
    return await _sign_instead(quarter, accomplice, reading, broken)


async def register_second_meter(quarter: Quarter, household: Household) -> Stranger:
    """Let the authority register another meter for a household, as for a granny flat; valid in two slots."""
    base = quarter.operator.base
    second = Stranger("granny flat", base.facts.domain)
    call = community_registry.RegisterMeter(
        second.meter,
        household.membership.household,
        conversions.to_public_key(second.meter_key.public_key),
        (1).to_bytes(32),
        quarter.slot + 2,
    )
    authority = ChainDeployer(base.client, quarter.operator.keys.authority, lambda line: None)
    await authority.perform(base.facts.addresses.registry, call)
    return second


async def count_household_twice(
    quarter: Quarter, second: Stranger, slot: int, patch: pytest.MonkeyPatch
) -> None:
    """Count the owner of two meters as two owners."""
    opened = second.build(slot, None, withdrawal=100)
    accepted = Accepted(opened.reading, second.sign(opened), opened.openings)
    await quarter.operator.database.run(_keep, accepted, int(quarter.clock.now))
    truth = building.choose_leaves

    def choose(found: Any, records: Any, beside: Any) -> Any:
        leaves = truth(found, records, beside)
        return tuple(replace(leaf, owners=leaf.owners | 1) for leaf in leaves)

    patch.setattr(making, "choose_leaves", choose)


async def _own(household: Household, slot: int) -> Reading:
    own = (await household.view(slot)).own
    assert own is not None
    return own.reading


async def _sign_instead(quarter: Quarter, accomplice: Household, true: Reading, false: Reading) -> Undo:
    domain, database = quarter.operator.base.facts.domain, quarter.operator.database
    signatures = [
        accomplice.keys.meter.sign(domain.digest(reading.struct_hash())) for reading in (true, false)
    ]
    await database.run(_replace, true, false, signatures[1])

    async def undo() -> None:
        await database.run(_replace, false, true, signatures[0])

    return undo
