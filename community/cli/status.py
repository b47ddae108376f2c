"""``dems-community status``: how the community stands, beside the running daemon."""

import json
import time
from dataclasses import asdict

from community.cli.keys import cabinet_of
from community.cli.records import Records, with_records
from community.cli.terminal import explained, say
from community.configuration.model import CommunityConfiguration
from community.folder import locked_data_folder
from community.keys import OperatorKeys
from community.overview import ChainView, SlotLine, StoreView, view_chain, view_store
from dems_node.chain.errors import ChainError
from dems_node.data_folder import DataFolderUnusable
from dems_node.json_types import Json
from dems_protocol.slots import SlotGrid


def show_status(configuration: CommunityConfiguration, *, as_json: bool) -> int:
    """Show it. Return 0 where nothing keeps the operator from its work, else 1."""

    def work() -> int:
        keys = cabinet_of(configuration).open()
        runs = _daemon_runs(configuration)
        return with_records(configuration, lambda records: _show(configuration, records, keys, runs, as_json))

    return explained(work)


def _daemon_runs(configuration: CommunityConfiguration) -> bool:
    try:
        with locked_data_folder(configuration.data_dir):
            return False
    except DataFolderUnusable:
        return True


async def _show(
    configuration: CommunityConfiguration, records: Records, keys: OperatorKeys, runs: bool, as_json: bool
) -> int:
    accounts = list({key.public_key.address() for key in (keys.operator, keys.authority)})
    store = await records.database.run(view_store, accounts)
    try:
        chain, trouble = await view_chain(records.client, records.facts, keys, time.time()), None
    except ChainError as error:
        chain, trouble = None, str(error)
    problems = [] if runs else ["The daemon does not run: dems-community run"]
    problems += [trouble] if trouble else []
    problems += chain.find_problems() if chain else []
    if as_json:
        say(json.dumps(_document(store, chain, problems), indent=1))
    else:
        for line in _lines(configuration.name, records.facts.grid, store, chain, problems):
            say(line)
    return 1 if problems else 0


def _document(store: StoreView, chain: ChainView | None, problems: list[str]) -> dict[str, Json]:
    return {
        "problems": list(problems),
        "store": asdict(store),
        "chain": None if chain is None else asdict(chain) | {"bond_missing": chain.bond.missing},
    }


def _lines(
    name: str, grid: SlotGrid, store: StoreView, chain: ChainView | None, problems: list[str]
) -> list[str]:
    lines = [name]
    counted = ", ".join(f"{count} {status}" for status, count in sorted(store.members.items()))
    lines.append(f"members       {counted or 'nobody yet'}; {store.open_invitations} open invitations")
    if store.waiting_keys:
        lines.append(f"new keys      {store.waiting_keys} on their way to the registry")
    if chain is not None:
        lines.append(f"chain         block {chain.block}, {_moment(chain.block_time)}")
        lines += [
            f"gas           {account}: {balance / 10**18:.6f}" for account, balance in chain.balances.items()
        ]
        lines.append(f"bond          {chain.bond.locked} of {chain.bond.needed}")
    lines.append(f"transactions  {store.waiting_transactions} under way")
    lines += [f"refused       {sentence}" for sentence in store.refused]
    lines += [_slot_line(grid, each) for each in store.slots]
    lines += [f"PROBLEM       {problem}" for problem in problems]
    return lines if problems else [*lines, "All is well."]


def _slot_line(grid: SlotGrid, line: SlotLine) -> str:
    made = "no statement" if line.readings is None else f"{line.readings} readings"
    if line.withdrawal is not None:
        made += f", {line.withdrawal} Wh withdrawn, {line.feed_in} Wh fed in"
    if line.reason is not None:
        made += f", not netted: {line.reason}"
    return f"slot          {line.slot}  {_moment(grid.start(line.slot))}  {line.phase:<9}  {made}"


def _moment(at: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
