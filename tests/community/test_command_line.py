"""``dems-community`` beside a daemon at work on a real chain: what a person decides is carried out."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from community.cli import key_change
from community.cli import members as member_commands
from community.cli.main import main
from community.store import members
from community.store.members import Status
from dems_node.keys.container import ScryptCost
from dems_node.keys.keystore_folder import KeystoreFolder
from dems_node.keys.passphrase import Passphrase
from dems_protocol.contracts import community_registry
from dems_protocol.contracts.structs import Plant, Source
from dems_protocol.plants import encode_day, encode_unit
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from tests.community.anvil import CHAIN_ID
from tests.community.households import Household, number
from tests.community.town import (
    CONSENT,
    SLOT_SECONDS,
    Site,
    Town,
    TownClock,
    contract_options,
    operator_keys,
    running_town,
)

PASSPHRASE = "correct horse battery staple"
UNIT = "SEE984033548619"


@dataclass(slots=True)
class Desk:
    """A terminal at the operator's machine."""

    town: Town
    configuration: Path
    capsys: pytest.CaptureFixture[str]

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command; return its status and what it said."""
        status = await asyncio.to_thread(main, (*arguments, "--config", str(self.configuration)))
        said = self.capsys.readouterr()
        return status, said.out + said.err


def install(folder: Path, site: Site) -> Path:
    """Write what `init`, `keys --create` and `deploy` leave behind, for the site's operator."""
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    keys = operator_keys()
    store = KeystoreFolder(folder / "data" / "keys", Passphrase(PASSPHRASE), ScryptCost(n=2))
    store.keep_account("authority", keys.authority)
    store.keep_account("operator", keys.operator)
    store.keep("sealing", keys.sealing.first.scalar.to_bytes(32))
    addresses = contract_options(site).addresses
    contracts = "\n".join(
        f"  {name}: '0x{getattr(addresses, name).hex()}'"
        for name in ("registry", "ledger", "netting", "account")
    )
    configuration = folder / "community.yaml"
    configuration.write_text(
        f"name: Street\ndata_dir: data\nchain: {{rpc: '{site.url}', id: {CHAIN_ID}}}\n"
        "api: {url: 'https://operator.example:8585'}\nkeys: {passphrase_file: passphrase}\n"
        f"contracts:\n{contracts}\ndeployment: {{slot_seconds: {SLOT_SECONDS}}}\n"
    )
    return configuration


async def ask_to_join(town: Town, household: Household) -> None:
    secret = number(f"invitation {household.name}").to_bytes(32)[:16]
    enrolment, nothing = household.enrolment(CONSENT, secret), Signature(1, 1, 27)
    await town.database.run(members.invite, enrolment.invitation, household.name, 1)
    await town.database.run(members.enrol, enrolment, nothing, nothing, Status.WAITING, int(town.clock.now))


async def plant_on_chain(town: Town, household: Household) -> Plant:
    plant, _ = await town.client.read(
        town.facts.addresses.registry, community_registry.PlantAt(household.meter, town.slot + 10)
    )
    return plant


async def test_an_evening_with_the_command_line(
    site: Site,
    tmp_path: Path,
    clock: TownClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wall = SimpleNamespace(time=clock.utc)
    monkeypatch.setattr(member_commands, "time", wall)
    monkeypatch.setattr(key_change, "time", wall)
    configuration = install(tmp_path, site)
    async with running_town(site, tmp_path / "data", clock) as town:
        desk = Desk(town, configuration, capsys)
        anna = Household("anna", town.facts.domain)
        name = f"0x{anna.address.hex()}"

        assert (await desk.run("approve", name))[0] == 1, "she did not ask yet"
        await ask_to_join(town, anna)
        status, said = await desk.run("members")
        assert f"{name}  waiting" in said
        assert "solar 10000 W, no MaStR number" in said

        # The operator compares with the Marktstammdatenregister before it approves.
        status, said = await desk.run("approve", name, "--plant-power", "0")
        assert (status, "cannot be of kind solar" in said) == (1, True)
        told = ("--plant-kind", "wind", "--plant-unit", UNIT, "--commissioned", "2020-05-01")
        assert (await desk.run("approve", name, *told))[0] == 0
        await town.settle()
        day = encode_day(date(2020, 5, 1))
        assert await plant_on_chain(town, anna) == Plant(10_000, 10_000, day, Source.WIND)
        registered = town.follower.registry.planned_plant(anna.meter)
        assert registered is not None
        assert registered.mastr_number == encode_unit(UNIT)
        assert f"wind 10000 W since 2020-05-01, {UNIT}" in (await desk.run("members"))[1]

        assert (await desk.run("plant", name, "--plant-power", "9000"))[0] == 0
        await town.move_to(town.facts.grid.start(town.slot + 3))
        await town.settle()
        assert await plant_on_chain(town, anna) == Plant(9000, 10_000, day, Source.WIND)

        key = SoftwareSigner.from_private_key(Scheme.P256, number("new key")).public_key
        change = anna.key_change(CHAIN_ID, town.facts.addresses.registry, key, town.slot + 2)
        file = tmp_path / "change.json"
        file.write_text(json.dumps(change.to_json()))
        status, said = await desk.run("change-key", str(file))
        assert (status, "signed by its household" in said) == (0, True)
        await town.settle()
        assert town.follower.registry.planned_key(anna.meter) == key
        status, said = await desk.run("change-key", str(file))
        assert status == 0, "kept already"
        file.write_text("{}")
        assert (await desk.run("change-key", str(file)))[0] == 1

        assert "The bond in the ledger is complete" in (await desk.run("lock-bond"))[1]
        status, said = await desk.run("rotate-sealing-key")
        assert status == 0, said
        await town.deliver()
        rotated = town.follower.registry.planned_sealing_key(town.office.account)
        assert rotated not in (None, operator_keys().sealing.first.public)
        status, said = await desk.run("check")
        assert status == 0, said

        await assert_status(desk)
        assert (await desk.run("remove", name))[0] == 0
        await town.settle()
        assert town.follower.registry.last_household(anna.meter) is None


async def assert_status(desk: Desk) -> None:
    """Look at `status`, as text and as JSON."""
    status, said = await desk.run("status")
    assert status == 1
    assert "members       1 member; 0 open invitations" in said
    assert "bond          1000000000 of 1000000000" in said
    assert said.splitlines()[-1] == "PROBLEM       The daemon does not run: dems-community run"
    _, said = await desk.run("status", "--json")
    document: dict[str, Any] = json.loads(said)
    assert document["chain"]["bond_missing"] == 0
    assert document["store"]["members"] == {"member": 1}
    slots = document["store"]["slots"]
    assert [line["phase"] for line in slots] == ["open"] * len(slots)
    assert len(slots) > 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("approve", "0x12"), "expected 0x and 40 hex digits"),
        (("approve", "0x" + "12" * 20, "--plant-unit", "SEE984033548610"), "check digit"),
        (("approve", "0x" + "12" * 20, "--plant-kind", "coal"), "expected one of none, solar"),
        (("approve", "0x" + "12" * 20, "--commissioned", "1950-01-01"), "leave it out"),
        (("plant", "0x" + "12" * 20, "--plant-power", "-1"), "expected 0 to"),
    ],
)
def test_mistakes_are_explained(
    arguments: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run: Callable[..., int] = main
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
