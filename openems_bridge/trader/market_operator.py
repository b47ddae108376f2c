"""The market operator's API as a household uses it (docs/operator-api.md, The market). Not trusted: who asks checks."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from dems_node.json_types import Json
from dems_protocol.market.order_set import SET_LEAF_WORDS, SetLeaf
from dems_protocol.market.orders import Order, OrderReceipt, OrderWithdrawal, RevealReceipt, SealedOrder
from dems_protocol.market.results import RESULT_LEAF_WORDS, ResultLeaf
from dems_protocol.market.terms import Terms, ZoneTerms
from dems_protocol.signatures import Signature
from dems_protocol.sum_tree import LARGEST_COUNT
from openems_bridge.foresight.plan import NetBand, Outlook
from openems_bridge.ledger.operator_client import LEAVES_SECONDS, OperatorClient, OperatorDown
from openems_bridge.planner.orders import Order as PlannerOrder
from openems_bridge.trader.live import SIDES, LiveAnswer

_WORD = 32
_LARGEST_SUM = 10**12
"""Wh of a community; the planner takes no more."""


@dataclass(frozen=True, slots=True)
class NamedMarket:
    """Where the operator says that the market is: the contract, and that of the suggestions (20 bytes each)."""

    market: bytes
    suggestions: bytes | None


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """The operator's word that a sealed order arrived, as it was given: unchecked."""

    receipt: OrderReceipt
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealAnswer:
    """The operator's word that an order was revealed; and whether it takes it for plausible, else why not."""

    receipt: RevealReceipt
    signature: Signature
    plausible: bool
    problem: tuple[str, Mapping[str, Json]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAnswer:
    """The terms that the operator names (None: there are none yet), and the settlement currency's name."""

    terms: Terms | None
    currency: str


class MarketOperator(OperatorClient):
    """Talks to one market operator. Every call raises OperatorError."""

    async def named_market(self) -> NamedMarket | None:
        """Return where the market is, None where the community has none."""
        return _read(_named, await self._json("GET", "/v1/info"))

    async def terms(self) -> TermsAnswer:
        """Return the terms that hold for the next gates."""
        return _read(_terms, await self._json("GET", "/v1/market"))

    async def submit_order(self, sealed: SealedOrder, signature: Signature) -> SignedReceipt:
        """Hand in a sealed order; sent again it answers as the first time."""
        body: dict[str, Json] = {
            "order": _hex(sealed.order),
            "meter": _hex(sealed.meter),
            "slot": sealed.slot,
            "signature": _hex(signature.encode()),
        }
        return _read(_receipt, await self._json("POST", "/v1/orders", body))

    async def withdraw_order(self, withdrawal: OrderWithdrawal, signature: Signature) -> None:
        """Take an order back before the gate."""
        body: dict[str, Json] = {
            "order": _hex(withdrawal.order),
            "slot": withdrawal.slot,
            "signature": _hex(signature.encode()),
        }
        await self._json("POST", "/v1/orders/withdraw", body)

    async def reveal(self, order: Order, generation: int, withdrawal: int) -> RevealAnswer:
        """Show an order with the household's own forecast of the slot (0.9 quantiles, Wh)."""
        forecast: dict[str, Json] = {"generation": generation, "withdrawal": withdrawal}
        body: dict[str, Json] = {"order": _hex(order.encode()), "forecast": forecast}
        return _read(_revealed, await self._json("POST", "/v1/reveals", body))

    async def announce_key(self, meter: bytes, key: bytes, start: int, signature: Signature) -> None:
        """Let the operator announce a household's encryption key on chain."""
        body: dict[str, Json] = {
            "meter": _hex(meter),
            "key": _hex(key),
            "from": start,
            "signature": _hex(signature.encode()),
        }
        await self._json("PUT", "/v1/encryption-keys", body)

    async def tell_live(
        self, slot: int, meter: bytes, *, net: int, stored: int | None, orders: Sequence[PlannerOrder]
    ) -> LiveAnswer | None:
        """Tell what the household would trade in the running slot; return what was cleared, None before the first."""
        body: dict[str, Json] = {
            "meter": _hex(meter),
            "net": net,
            "stored": stored,
            "orders": [
                {"side": SIDES[order.side].value, "quantity": order.quantity, "limit": order.limit}
                for order in orders
            ],
        }
        return _read(_live, await self._json("PUT", f"/v1/live/{slot}", body, member=True))

    async def outlook(self) -> Outlook:
        """Return what the operator expects of all members."""
        return _read(_outlook, await self._json("GET", "/v1/outlook", member=True))

    async def set_leaves(self, slot: int) -> Sequence[SetLeaf]:
        """Return the leaves of a slot's set."""
        data = await self._leaves_of(f"/v1/market/{slot}/orders", SET_LEAF_WORDS)
        return await asyncio.to_thread(_read, _set_leaves, data)

    async def results(self, slot: int, zone: int) -> Sequence[ResultLeaf]:
        """Return the results of a zone."""
        data = await self._leaves_of(f"/v1/market/{slot}/results/{zone}", RESULT_LEAF_WORDS)
        return await asyncio.to_thread(_read, _results, data)

    async def _leaves_of(self, path: str, words: int) -> bytes:
        return await self._request(
            "GET", path, None, member=True, seconds=LEAVES_SECONDS, largest=LARGEST_COUNT * words * _WORD
        )


def _read[**P, T](read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return read(*args, **kwargs)
    except (KeyError, ValueError, TypeError, IndexError, OverflowError, AttributeError) as error:
        raise OperatorDown(
            "wrong_answer", f"the operator's answer is not what was asked for ({error!r:.120})."
        ) from None


def _named(answer: Any) -> NamedMarket | None:
    market = answer.get("market")
    if market is None:
        return None
    suggestions = answer.get("suggestions") or answer["contracts"].get("suggestions")
    return NamedMarket(_bytes(market, 20), None if suggestions is None else _bytes(suggestions, 20))


def _terms(answer: Any) -> TermsAnswer:
    terms, currency = answer["terms"], str(answer.get("currency") or "EUR")[:10]
    if terms is None:
        return TermsAnswer(terms=None, currency=currency)
    zones = tuple(ZoneTerms(int(one["zone"]), int(one["sell"]), int(one["buy"])) for one in terms["zones"])
    return TermsAnswer(
        terms=Terms(zones, tuple(int(charge) for charge in terms["charges"])),
        currency=currency,
    )


def _receipt(answer: Any) -> SignedReceipt:
    receipt = answer["receipt"]
    return SignedReceipt(
        OrderReceipt(
            _bytes(receipt["order"], 32),
            _bytes(receipt["meter"], 32),
            int(receipt["slot"]),
            int(receipt["received_at"]),
        ),
        Signature.decode(_bytes(answer["signature"], 65)),
    )


def _revealed(answer: Any) -> RevealAnswer:
    receipt, problem = answer["receipt"], answer.get("problem")
    return RevealAnswer(
        receipt=RevealReceipt(
            _bytes(receipt["order"], 32), int(receipt["slot"]), int(receipt["received_at"])
        ),
        signature=Signature.decode(_bytes(answer["signature"], 65)),
        plausible=bool(answer["plausible"]),
        problem=None if problem is None else (str(problem["code"])[:60], dict(problem.get("params") or {})),
    )


def _set_leaves(data: bytes) -> list[SetLeaf]:
    return [SetLeaf.decode(part) for part in _split(data, SET_LEAF_WORDS)]


def _results(data: bytes) -> list[ResultLeaf]:
    return [ResultLeaf.decode(part) for part in _split(data, RESULT_LEAF_WORDS)]


def _live(answer: Any) -> LiveAnswer | None:
    if answer["price"] is None:
        return None
    at = float(answer["at"])
    if not isfinite(at):
        raise ValueError("a moment must be finite")
    return LiveAnswer(at, int(answer["price"]), int(answer["bid_ratio"]), int(answer["offer_ratio"]))


def _outlook(answer: Any) -> Outlook:
    return Outlook(
        first_slot=int(answer["from"]),
        capacity=_energy(answer["capacity"], least=0),
        power=_energy(answer["power"], least=0),
        stored=_energy(answer["stored"], least=0),
        owners=_band(answer["owners"]),
        others=_band(answer["others"]),
    )


def _band(answer: Any) -> NetBand:
    expected, low, high = (tuple(map(_energy, answer[name])) for name in ("expected", "low", "high"))
    if not len(expected) == len(low) == len(high):
        raise ValueError("the bands of an outlook must be equally long")
    return NetBand(expected=expected, low=low, high=high)


def _energy(value: Any, *, least: int = -_LARGEST_SUM) -> int:
    if not least <= int(value) <= _LARGEST_SUM:
        raise ValueError(f"expected a sum of energies within {least} and {_LARGEST_SUM}")
    return int(value)


def _split(data: bytes, words: int) -> list[bytes]:
    size = words * _WORD
    if len(data) % size:
        raise ValueError(f"{len(data)} bytes are no whole number of leaves")
    return [data[at : at + size] for at in range(0, len(data), size)]


def _bytes(text: Any, length: int) -> bytes:
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError("expected bytes as 0x…")
    data = bytes.fromhex(text[2:])
    if len(data) != length:
        raise ValueError(f"expected {length} bytes, got {len(data)}")
    return data


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
