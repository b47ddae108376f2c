"""``dems-community ask-relief``: the grid operator's authority asks the households of a zone to draw less for a while."""

from community.cli.keys import cabinet_of
from community.cli.records import Records, with_records
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.deploying import ChainDeployer
from community.keys import OperatorKeys
from dems_protocol.contracts import community_registry

_LONGEST_MINUTES = 24 * 60
_LARGEST_POWER = 2**32 - 1


def ask_relief(configuration: CommunityConfiguration, *, zone: int, minutes: int, power: int) -> int:
    """Ask on chain, from now on for so many minutes; ``power`` in W. Return the exit status."""
    if not (0 <= zone < 2**32 and 1 <= minutes <= _LONGEST_MINUTES and 0 <= power <= _LARGEST_POWER):
        complain(
            f"A zone is 0 or more, minutes are 1 to {_LONGEST_MINUTES}, a power is 0 W or more; found zone {zone}, "
            f"{minutes} minutes, {power} W."
        )
        return 2

    def work() -> int:
        keys = cabinet_of(configuration).open()
        return with_records(configuration, lambda records: _ask(records, keys, zone, minutes, power))

    return explained(work)


async def _ask(records: Records, keys: OperatorKeys, zone: int, minutes: int, power: int) -> int:
    authority = ChainDeployer(records.client, keys.authority, say)
    begins = (await records.client.head()).timestamp
    until = begins + minutes * 60
    await authority.perform(
        records.facts.addresses.registry,
        community_registry.AskRelief(zone.to_bytes(32), begins, until, power),
    )
    say(f"Asked the households of zone {zone} to draw at most {power} W for {minutes} minutes.")
    return 0
