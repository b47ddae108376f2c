"""``dems-community lock-bond``: fills the operator's bond up, at the beginning or after a slash."""

from community.bonds import read_bond, read_market_bond
from community.cli.keys import cabinet_of
from community.cli.records import Records, with_records
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.deploying import ChainDeployer
from community.keys import OperatorKeys
from dems_node.chain.client import ChainClient
from dems_protocol.contracts import demo_currency, meter_ledger


def lock_bond(configuration: CommunityConfiguration) -> int:
    """Lock what is missing of the bond, from the operator's currency. Return the exit status."""

    def work() -> int:
        keys = cabinet_of(configuration).open()
        return with_records(configuration, lambda records: _lock(records, keys))

    return explained(work)


async def _lock(records: Records, keys: OperatorKeys) -> int:
    client, addresses = records.client, records.facts.addresses
    operator = ChainDeployer(client, keys.operator, say)
    missing = (await read_bond(client, records.facts, operator.address)).missing
    status = await _fill_up(client, operator, "ledger", addresses.ledger, missing)
    if status or addresses.market is None:
        return status
    missing = (await read_market_bond(client, addresses.market, operator.address)).missing
    return await _fill_up(client, operator, "market", addresses.market, missing)


async def _fill_up(
    client: ChainClient, operator: ChainDeployer, name: str, accounts: bytes, missing: int
) -> int:
    """Lock what is missing in the ledger or the market: their accounts are alike."""
    if not missing:
        say(f"The bond in the {name} is complete.")
        return 0
    free = await client.read(accounts, meter_ledger.BalanceOf(operator.address))
    to_deposit = max(missing - free, 0)
    currency = await client.read(accounts, meter_ledger.Currency())
    held = await client.read(currency, demo_currency.BalanceOf(operator.address))
    if held < to_deposit:
        complain(
            f"{missing} of the bond in the {name} are missing (smallest units of the currency 0x{currency.hex()}). The "
            f"operator's account 0x{operator.address.hex()} has {free} in the {name} and {held} of the currency: send it "
            f"{to_deposit - held}."
        )
        return 1
    if to_deposit:
        await operator.perform(currency, demo_currency.Approve(accounts, to_deposit))
        await operator.perform(accounts, meter_ledger.Deposit(to_deposit))
    await operator.perform(accounts, meter_ledger.LockBond(missing))
    say(f"Locked {missing}: the bond in the {name} is complete.")
    return 0
