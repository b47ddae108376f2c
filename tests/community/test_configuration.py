"""The operator's configuration: what it takes, and what it says about mistakes."""

from pathlib import Path

import pytest

from community.configuration.example import EXAMPLE
from community.configuration.loading import load_configuration, parse_configuration
from community.configuration.model import CONSENT, CommunityConfiguration
from dems_node.configuration.values import ConfigurationError

LEAST = """
name: Street
data_dir: data
chain: {rpc: "http://127.0.0.1:8545", id: 31337}
api: {url: "https://operator.example:8585"}
"""
ADDRESSES = "\n".join(f"  {name}: '0x{'ab' * 20}'" for name in ("registry", "ledger", "netting", "account"))


def parse(text: str) -> CommunityConfiguration:
    return parse_configuration(text, base=Path("/srv/street"))


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    return caught.value.mistakes


def test_the_example_is_a_configuration() -> None:
    found = parse(EXAMPLE)
    assert found.name == "Musterstraße"
    assert found.keys.passphrase_file == Path("/srv/street/passphrase")
    assert found.contracts is None


def test_little_has_to_be_said() -> None:
    found = parse(LEAST)
    assert found.data_dir == Path("/srv/street/data")
    assert found.chain.public_rpc == "http://127.0.0.1:8545"
    assert (found.chain.confirmations, found.api.port, found.auto_approve) == (12, 8585, False)
    assert found.consent == CONSENT
    assert found.statements.plausibility.tolerance == 100
    assert found.deployment.slot_seconds == 900


def test_contracts_are_four_addresses() -> None:
    found = parse(f"{LEAST}\ncontracts:\n{ADDRESSES}\n  since_block: 7")
    assert found.contracts is not None
    assert found.contracts.addresses.ledger == b"\xab" * 20
    assert found.contracts.since_block == 7
    assert mistakes(f"{LEAST}\ncontracts: {{registry: 12}}") == [
        "contracts.registry: expected an address (0x and 40 hex digits, in quotes), found 12",
        "contracts.ledger: expected a value, found nothing",
        "contracts.netting: expected a value, found nothing",
        "contracts.account: expected a value, found nothing",
    ]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("workers: -1", "workers: expected a whole number from 0 to 64, found -1"),
        (
            "deployment: {slot_seconds: 70}",
            "deployment.slot_seconds: expected at least 60 s that divide an hour (900), found 70",
        ),
        (
            "deployment: {minimum_owners: 2}",
            "deployment.minimum_owners: expected a whole number from 3 to 1000000, found 2",
        ),
        ("statements: {tolerance: 2}", "statements.tolerance: expected a number from 0 to 1, found 2"),
        ("members: {auto_aprove: true}", "members.auto_aprove: unknown key (did you mean 'auto_approve'?)"),
        ("nmae: x", "nmae: unknown key (did you mean 'name'?)"),
    ],
)
def test_a_mistake_is_named_with_its_path(line: str, mistake: str) -> None:
    assert mistakes(LEAST + line) == [mistake]


def test_a_url_is_not_repeated_because_it_may_carry_a_key() -> None:
    text = LEAST.replace("http://127.0.0.1:8545", "ftp://chain.example/my-secret-key")
    (mistake,) = mistakes(text)
    assert mistake.startswith("chain.rpc: expected a URL that begins with http://")
    assert "my-secret-key" not in mistake


def test_a_nodes_key_never_gets_into_an_invitation() -> None:
    keyed = LEAST.replace("8545", "8545/my-secret-key")
    (mistake,) = mistakes(keyed)
    assert mistake.startswith("chain.public_rpc: expected a URL for invitations")
    found = parse(keyed.replace("id: 31337", "id: 31337, public_rpc: 'https://chain.example'"))
    assert found.chain.public_rpc == "https://chain.example"
    assert "my-secret-key" not in repr(found)


def test_households_reach_the_operator_by_https_only() -> None:
    (mistake,) = mistakes(LEAST.replace("https://operator", "http://operator"))
    assert mistake == "api.url: expected a URL that begins with https://"


def test_a_text_of_ones_own_is_agreed_to(tmp_path: Path) -> None:
    (tmp_path / "consent.txt").write_text("We know everything.\n")
    (tmp_path / "community.yaml").write_text(LEAST + "members: {consent_file: consent.txt}")
    assert load_configuration(tmp_path / "community.yaml").consent == "We know everything."


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="dems-community init"):
        load_configuration(tmp_path / "community.yaml")
