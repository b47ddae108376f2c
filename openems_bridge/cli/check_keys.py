"""The line of ``openems-bridge check`` about the keys: can the bridge open them when it starts?"""

from collections.abc import Iterator

from dems_node.keys.errors import KeysUnusable
from openems_bridge.configuration.model import BridgeConfiguration
from openems_bridge.edge.interface import Finding, Inspection
from openems_bridge.keys.on_this_machine import vault_of


def check_keys(configuration: BridgeConfiguration) -> Iterator[Inspection]:
    """Yield what is found; nothing for a household without keys."""
    vault = vault_of(configuration.data_dir, configuration.keys)
    try:
        if vault.index() is None:
            return
        keys = vault.open()
    except KeysUnusable as error:
        yield Inspection(finding=Finding.ERROR, subject="keys", message=str(error))
        return
    message = (
        f"account {keys.account.address} and meter key 0x{keys.meter.public_key.key_id().hex()} can be used"
    )
    yield Inspection(finding=Finding.OK, subject="keys", message=message)
    if keys.index.backed_up_at is None:
        message = "they are in no backup: openems-bridge backup FILE"
        yield Inspection(finding=Finding.WARNING, subject="keys", message=message)
