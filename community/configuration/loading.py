"""Reading ``community.yaml``."""

from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import voluptuous as vol

from community.api.rates import Rate
from community.chain.facts import Addresses
from community.configuration.model import (
    CONSENT,
    DEFAULT_PORT,
    ApiOptions,
    ChainOptions,
    CommunityConfiguration,
    ContractOptions,
    DeploymentOptions,
    KeyOptions,
    MarketOptions,
    StatementOptions,
    default_workers,
)
from community.deployment import MarketGates, Windows
from community.readings.acceptance import Plausibility
from dems_node.configuration.document import parse_configuration_text, read_configuration_text
from dems_node.configuration.values import (
    ConfigurationError,
    found,
    one_of,
    real,
    section,
    switch,
    whole,
    words,
)
from dems_protocol.membership import parse_hex
from dems_protocol.slots import DEFAULT_SLOT_SECONDS, SlotGrid

_LONGEST_CONSENT = 20_000
_DAY = 86_400


def load_configuration(path: Path) -> CommunityConfiguration:
    """Return the configuration of a file. Blocks on the disk. Raises ConfigurationError."""
    hint = f"Write one with `dems-community init --output {path}`."
    return parse_configuration(read_configuration_text(path, hint), base=path.parent)


def parse_configuration(text: str, *, base: Path) -> CommunityConfiguration:
    """Return the configuration that a YAML text says; relative paths lie in ``base``. Raises ConfigurationError."""
    given = parse_configuration_text(text, _COMMUNITY)
    chain, api, statements, keys = given["chain"], given["api"], given["statements"], given["keys"]
    passphrase_file = keys.get("passphrase_file")
    return CommunityConfiguration(
        name=given["name"],
        data_dir=_path(given["data_dir"], base),
        chain=ChainOptions(
            rpc=chain["rpc"],
            public_rpc=_public_rpc(chain),
            chain_id=chain["id"],
            confirmations=chain["confirmations"],
        ),
        contracts=_contracts(given.get("contracts")),
        api=ApiOptions(
            host=api.get("host"),
            port=api["port"],
            url=api["url"].rstrip("/"),
            rate=Rate(api["requests_per_second"], api["burst"]),
        ),
        auto_approve=given["members"]["auto_approve"],
        consent=_consent(given["members"].get("consent_file"), base),
        statements=StatementOptions(
            publish_after=statements.get("publish_after"),
            plausibility=Plausibility(
                tolerance=round(statements["tolerance"] * 1000),
                connection_power=statements["connection_power"],
            ),
            keep_days=statements["keep_days"],
        ),
        keys=KeyOptions(passphrase_file=None if passphrase_file is None else _path(passphrase_file, base)),
        deployment=_deployment(given["deployment"]),
        workers=given["workers"],
        log_level=given["log"]["level"].upper(),
    )


def _path(value: str, base: Path) -> Path:
    return (base / Path(value).expanduser()).absolute()


def _public_rpc(chain: dict[str, Any]) -> str:
    """Return what invitations name; a node's URL with a path or a password may carry a key that is nobody's business."""
    given = chain.get("public_rpc")
    parts = urlsplit(chain["rpc"])
    if given is None and (parts.path.strip("/") or parts.query or parts.username or parts.password):
        raise ConfigurationError(
            [
                "chain.public_rpc: expected a URL for invitations, because chain.rpc may carry a key; found nothing"
            ]
        )
    return str(given or chain["rpc"])


def _contracts(given: dict[str, Any] | None) -> ContractOptions | None:
    if given is None:
        return None
    addresses = Addresses(**{name.name: given[name.name] for name in fields(Addresses) if name.name in given})
    return ContractOptions(addresses=addresses, since_block=given["since_block"])


def _deployment(given: dict[str, Any]) -> DeploymentOptions:
    return DeploymentOptions(
        currency=given.get("currency"),
        pool=given.get("pool"),
        slot_seconds=given["slot_seconds"],
        minimum_owners=given["minimum_owners"],
        windows=given["windows"],
        market=_market(given["market"]),
    )


def _market(given: dict[str, Any]) -> MarketOptions:
    if given["buy"] > given["sell"]:
        raise ConfigurationError(
            [
                f"deployment.market.buy: expected at most sell ({given['sell']}), since the utility is the last resort on both "
                f"sides; found {given['buy']}"
            ]
        )
    return MarketOptions(
        utility=given.get("utility"),
        zones=tuple(sorted(set(given["zones"]))),
        sell=given["sell"],
        buy=given["buy"],
        charge=given["charge"],
        order_deposit=given["order_deposit"],
        currency=given["currency"],
        gates=given["gates"],
    )


def _consent(file: str | None, base: Path) -> str:
    if file is None:
        return CONSENT
    path = _path(file, base)
    text = read_configuration_text(path, "It holds the text that a household agrees to.").strip()
    if not text or len(text) > _LONGEST_CONSENT:
        raise ConfigurationError(
            [f"members.consent_file: {path} must hold 1 to {_LONGEST_CONSENT} characters, found {len(text)}"]
        )
    return text


def _address(value: Any) -> bytes:
    try:
        return parse_hex(value if isinstance(value, str) else "", 20)
    except ValueError:
        raise vol.Invalid(
            f"expected an address (0x and 40 hex digits, in quotes), found {found(value)}"
        ) from None


def _url(*schemes: str) -> Any:
    def check(value: Any) -> str:
        text = words(2000)(value)
        try:
            parts = urlsplit(text)
            usable = parts.scheme in schemes and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            # The value may carry a provider's key.
            raise vol.Invalid(
                f"expected a URL that begins with {' or '.join(f'{name}://' for name in schemes)}"
            )
        return text

    return check


def _slot_seconds(value: Any) -> int:
    seconds = whole(1, 3600)(value)
    try:
        return SlotGrid(seconds).seconds
    except ValueError:
        raise vol.Invalid(f"expected at least 60 s that divide an hour (900), found {seconds}") from None


_CHAIN = section(
    {
        vol.Required("rpc"): _url("http", "https", "ws", "wss"),
        vol.Optional("public_rpc"): _url("http", "https", "ws", "wss"),
        vol.Required("id"): whole(1, 2**63 - 1),
        vol.Optional("confirmations", default=12): whole(1, 1000),
    }
)
_CONTRACTS = section(
    {
        **{
            (vol.Required if name.default is MISSING else vol.Optional)(name.name): _address
            for name in fields(Addresses)
        },
        vol.Optional("since_block", default=0): whole(0, 2**63 - 1),
    }
)
_API = section(
    {
        vol.Optional("host"): words(253),
        vol.Optional("port", default=DEFAULT_PORT): whole(0, 65535),
        vol.Required("url"): _url("https"),
        vol.Optional("requests_per_second", default=10.0): real(0.1, 100_000),
        vol.Optional("burst", default=120): whole(1, 1_000_000),
    }
)
_MEMBERS = section(
    {vol.Optional("auto_approve", default=False): switch, vol.Optional("consent_file"): words(4096)}
)
_STATEMENTS = section(
    {
        vol.Optional("publish_after"): whole(1, _DAY),
        vol.Optional("tolerance", default=0.1): real(0, 1),
        vol.Optional("connection_power", default=44_000): whole(1, 100_000_000),
        vol.Optional("keep_days", default=400): whole(8, 36_500),
    }
)
_KEYS = section({vol.Optional("passphrase_file"): words(4096)})
_WINDOWS = section({vol.Optional(name.name): whole(1, 365 * _DAY) for name in fields(Windows)})
_GATES = section({vol.Optional(name.name): whole(1, 365 * _DAY) for name in fields(MarketGates)})
_MARKET = section(
    {
        vol.Optional("utility"): _address,
        vol.Optional("zones", default=lambda: [0]): vol.All(
            [whole(0, 2**32 - 1)], vol.Length(1, 32, msg="expected 1 to 32 zones")
        ),
        vol.Optional("sell", default=320_000): whole(-(10**12), 10**12),
        vol.Optional("buy", default=80_000): whole(-(10**12), 10**12),
        vol.Optional("charge", default=0): whole(0, 10**12),
        vol.Optional("order_deposit", default=0): whole(0, 10**15),
        vol.Optional("currency", default="EUR"): vol.All(
            words(3), vol.Match(r"^[A-Z]{3}$", msg="expected a currency's ISO 4217 code, such as EUR")
        ),
        vol.Optional("gates", default=dict): _GATES,
    }
)
_DEPLOYMENT = section(
    {
        vol.Optional("currency"): _address,
        vol.Optional("pool"): _address,
        vol.Optional("slot_seconds", default=DEFAULT_SLOT_SECONDS): _slot_seconds,
        vol.Optional("minimum_owners", default=5): whole(3, 1_000_000),
        vol.Optional("windows", default=dict): _WINDOWS,
        vol.Optional("market", default=dict): _MARKET,
    }
)
_LOG = section({vol.Optional("level", default="info"): one_of("debug", "info", "warning", "error")})
_COMMUNITY = section(
    {
        vol.Required("name"): words(60),
        vol.Required("data_dir"): words(4096),
        vol.Required("chain"): _CHAIN,
        vol.Optional("contracts"): _CONTRACTS,
        vol.Required("api"): _API,
        vol.Optional("members", default=dict): _MEMBERS,
        vol.Optional("statements", default=dict): _STATEMENTS,
        vol.Optional("keys", default=dict): _KEYS,
        vol.Optional("deployment", default=dict): _DEPLOYMENT,
        vol.Optional("workers", default=default_workers()): whole(0, 64),
        vol.Optional("log", default=dict): _LOG,
    }
)
