"""The meter's key was lost, with its TPM for example: the bridge brings a new one to the registry and signs on with it."""

from contextlib import AsyncExitStack

from dems_protocol.signatures import Scheme, SoftwareSigner
from openems_bridge.ledger import journal
from openems_bridge.ledger.own_reading import Delivery
from tests.community.households import number
from tests.ledger.neighbours import close_slot, neighbours
from tests.ledger.street import Street

NEW = SoftwareSigner.from_private_key(Scheme.P256, number("the key in the new TPM"))


async def test_a_bridge_goes_on_with_a_new_meter_key(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 3)
        former = bridges[0]
        meter = former.running.ledger.membership.meter
        last_slot = await close_slot(street, bridges)
        last = await former.database.run(journal.last_reading)
        assert last is not None
        assert last.delivery is Delivery.RECEIVED

        async with street.bridge("house 0", meter_key=NEW) as bridge:
            await bridge.step()
            assert bridge.community["problem"] == {"code": "meter_key_not_registered", "params": {}}
            asked_for = bridge.running.ledger.membership.key_asked_for
            assert asked_for == town.slot + 2
            await bridge.step()
            assert bridge.running.ledger.membership.key_asked_for == asked_for, "asked once"
            await town.settle()
            record = town.follower.registry.record_at(meter, asked_for)
            assert record is not None
            assert record.key == NEW.public_key
            await bridge.step()
            assert bridge.community["problem"] is None
            assert bridge.running.ledger.membership.key_since == asked_for

            for slot in range(last_slot + 1, asked_for + 1):
                await town.end_slot(slot)
                for each in (bridge, *bridges[1:]):
                    await each.measure(slot, withdrawal=100, feed_in=50)
                    await each.step()
            new = await bridge.database.run(journal.last_reading)
            assert new is not None
            assert new.reading.slot == asked_for, "slots before the key was registered are not signed"
            assert (new.reading.key, new.delivery) == (NEW.public_key.key_id(), Delivery.RECEIVED)
            assert new.reading.previous == last.hash, "the running registers go on"

            await town.make_statement(asked_for)
            await bridge.step()
            assert bridge.anchor["status"] == "verified"
            assert bridge.anchor["last_verified_slot"] == asked_for

        # The former bridge still runs somewhere: it may not take the meter back.
        copied = former.running.ledger.membership
        async with street.bridge("house 0", folder="elsewhere", membership=copied) as elsewhere:
            await elsewhere.step()
            assert elsewhere.community["problem"]["code"] == "meter_key_not_registered"
            assert elsewhere.running.ledger.membership.key_asked_for is None
            assert town.follower.registry.planned_key(meter) == NEW.public_key


async def test_a_change_that_comes_too_late_is_signed_anew(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        await neighbours(stack, street, 1)
        async with street.bridge("house 0", meter_key=NEW) as bridge:
            await bridge.step()
            first = bridge.running.ledger.membership.key_asked_for
            assert first is not None
            await town.move_to(town.facts.grid.start(first) + 1)  # the operator slept
            await town.settle()
            await bridge.step()
            second = bridge.running.ledger.membership.key_asked_for
            assert second == first + 2
            await town.settle()
            await bridge.step()
            assert bridge.running.ledger.membership.key_since == second
