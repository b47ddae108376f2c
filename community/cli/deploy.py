"""``dems-community deploy``: puts the community's contracts on the chain, once."""

import asyncio

from community.cli.keys import cabinet_of
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.deploying import Deployed
from community.deploying import deploy as put_on_chain
from community.folder import DEPLOYMENT_FILE, locked_data_folder, write_deployment
from community.keys import OperatorKeys
from dems_node.chain.client import ChainClient


def deploy(configuration: CommunityConfiguration) -> int:
    """Deploy, appoint this operator, note the addresses. Return the exit status."""

    def work() -> int:
        with locked_data_folder(configuration.data_dir) as folder:
            if configuration.contracts is not None or (folder / DEPLOYMENT_FILE).exists():
                complain(
                    f"There are contracts already (contracts: in the configuration, or {folder / DEPLOYMENT_FILE}). "
                    "For another community take another data_dir."
                )
                return 1
            keys = cabinet_of(configuration).open()
            deployed = asyncio.run(_deploy(configuration, keys))
            path = write_deployment(folder, deployed.deployment, deployed.since_block)
        say(f"Wrote {path}. The operator acts from slot {deployed.first_slot} on.")
        if configuration.deployment.currency is not None:
            say(
                "Now lock the bond: send the operator's account the currency, then dems-community lock-bond. It says how "
                "much."
            )
        return 0

    return explained(work)


async def _deploy(configuration: CommunityConfiguration, keys: OperatorKeys) -> Deployed:
    client = ChainClient.to(configuration.chain.rpc, configuration.chain.chain_id)
    try:
        return await put_on_chain(client, keys, configuration.deployment, say=say)
    finally:
        await client.close()
