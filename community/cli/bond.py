"""``dems-community lock-bond``: fills the operator's bond up, at the beginning or after a slash."""

from community.bonds import read_bond
from community.cli.keys import cabinet_of
from community.cli.records import Records, with_records
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.deploying import ChainDeployer
from community.keys import OperatorKeys
from dems_protocol.contracts import demo_currency, meter_ledger


def lock_bond(configuration: CommunityConfiguration) -> int:
    """Lock what is missing of the bond, from the operator's currency. Return the exit status."""

    def work() -> int:
        keys = cabinet_of(configuration).open()
        return with_records(configuration, lambda records: _lock(records, keys))

    return explained(work)


async def _lock(records: Records, keys: OperatorKeys) -> int:
    client, ledger = records.client, records.facts.addresses.ledger
    operator = ChainDeployer(client, keys.operator, say)
    missing = (await read_bond(client, records.facts, operator.address)).missing
    if not missing:
        say("The bond is complete.")
        return 0
    free = await client.read(ledger, meter_ledger.BalanceOf(operator.address))
    to_deposit = max(missing - free, 0)
    currency = await client.read(ledger, meter_ledger.Currency())
    held = await client.read(currency, demo_currency.BalanceOf(operator.address))
    if held < to_deposit:
        complain(
            f"{missing} of the bond are missing (smallest units of the currency 0x{currency.hex()}). The operator's account "
            f"0x{operator.address.hex()} has {free} in the ledger and {held} of the currency: send it {to_deposit - held}."
        )
        return 1
    if to_deposit:
        await operator.perform(currency, demo_currency.Approve(ledger, to_deposit))
        await operator.perform(ledger, meter_ledger.Deposit(to_deposit))
    await operator.perform(ledger, meter_ledger.LockBond(missing))
    say(f"Locked {missing}: the bond is complete.")
    return 0
