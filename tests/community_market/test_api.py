"""The market's routes over real sockets, as a hostile or clumsy client finds them."""

import sqlite3
from typing import Any

from community.store import market as store
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import ORDER_WORDS, OrderWithdrawal
from tests.community.households import Household, hexed
from tests.community.town import Town
from tests.community_market.traders import Traders
from tests.ledger.street import Street

AHEAD = 8
SLOT = 2_000_000
WORD = "0x" + "11" * 32
SIGNATURE = "0x" + "22" * 65

ORDER = {"order": WORD, "meter": WORD, "slot": SLOT, "signature": SIGNATURE}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/orders"): ORDER,
    ("POST", "/v1/orders/withdraw"): {"order": WORD, "slot": SLOT, "signature": SIGNATURE},
    ("POST", "/v1/reveals"): {
        "order": "0x" + "00" * 32 * ORDER_WORDS,
        "forecast": {"generation": 1, "withdrawal": 1},
    },
    ("PUT", "/v1/encryption-keys"): {"meter": WORD, "key": WORD, "from": SLOT, "signature": SIGNATURE},
}
"""Bodies of the right shape that nobody signed."""
WRONG_VALUES: tuple[Any, ...] = (
    None,
    -1,
    2**64,
    1.5,
    True,
    "",
    "0x",
    "0x11",
    "0xzz",
    "x" * 200,
    [],
    {},
    [[]],
)


class Client:
    """Somebody with a socket."""

    def __init__(self, street: Street) -> None:
        self._street = street

    async def ask(
        self, method: str, path: str, body: Any = None, member: Household | None = None
    ) -> tuple[int, str]:
        """Return status and kind of problem, which is empty for what is granted."""
        town = self._street.town
        headers = {} if member is None else member.authorisation(path, int(town.clock.now) + 200)
        async with self._street.session.request(
            method, self._street.url + path, json=body, headers=headers, ssl=False
        ) as answer:
            if answer.content_type == "application/octet-stream":
                return answer.status, ""
            document = await answer.json()
        if answer.status < 400:
            return answer.status, ""
        assert document["status"] == answer.status
        assert document["detail"]
        return answer.status, document["type"].removeprefix("urn:dems:problem:")


async def test_hostile_clients_get_problems_and_change_nothing(street: Street) -> None:
    """One street for all of it: a deployment takes seconds."""
    town = street.town
    (seller, stranger) = await town.settle_in(2)
    client = Client(street)
    before = await town.database.run(_rows_changed)
    await _malformed_bodies_are_problems(client)
    await _bodies_of_the_right_shape_need_a_signature(client)
    await _leaves_are_for_members(client, seller)
    await _odd_paths_are_not_found(client, seller)
    assert await town.database.run(_rows_changed) == before
    await _anothers_order_cannot_be_touched(client, town, seller, stranger)


async def _malformed_bodies_are_problems(client: Client) -> None:
    for (method, path), good in BODIES.items():
        odd: tuple[Any, ...] = (None, 7, [], "text", {}, {**good, "more": 1})
        for body in odd:
            status, kind = await client.ask(method, path, body)
            assert (status, kind) in {(422, "invalid"), (400, "malformed"), (415, "not-json")}, (path, body)
        for key in good:
            for wrong in WRONG_VALUES:
                found = await client.ask(method, path, {**good, key: wrong})
                assert found == (422, "invalid"), (path, key, wrong)
        found = await client.ask(method, path, {**good, "slot": "1" * 70_000})
        assert found == (413, "too-large"), path


async def _bodies_of_the_right_shape_need_a_signature(client: Client) -> None:
    for (method, path), body in BODIES.items():
        for slot in (0, SLOT, 2**63 - 1):
            changed = {**body, **({"slot": slot} if "slot" in body else {})}
            if "from" in body:
                changed["from"] = slot
            status, kind = await client.ask(method, path, changed)
            assert status in {404, 409, 422}, (path, slot, status, kind)
            assert kind


async def _leaves_are_for_members(client: Client, member: Household) -> None:
    for path in (f"/v1/market/{SLOT}/orders", f"/v1/market/{SLOT}/results/1", "/v1/balance"):
        assert (await client.ask("GET", path))[0] == 401
        status, _ = await client.ask("GET", path, member=member)
        assert status == (200 if path == "/v1/balance" else 404)


async def _odd_paths_are_not_found(client: Client, member: Household) -> None:
    for slot in ("-1", "x", "1.0", "9" * 20, "٣", str(2**63)):
        assert (await client.ask("GET", f"/v1/market/{slot}"))[0] == 404, slot
        assert (await client.ask("GET", f"/v1/market/{slot}/orders", member=member))[0] in {401, 404}, slot
        path = f"/v1/market/{SLOT}/results/{slot}"
        assert (await client.ask("GET", path, member=member))[0] in {401, 404}, slot
    assert (await client.ask("GET", "/v1/market?x=1"))[0] == 422
    assert (await client.ask("DELETE", "/v1/orders"))[0] == 405


async def _anothers_order_cannot_be_touched(
    client: Client, town: Town, seller: Household, stranger: Household
) -> None:
    traders, slot = Traders(town), town.slot + AHEAD
    order = traders.order(seller, slot, OrderSide.OFFER, 500, 120_000)
    sealed = order.seal()
    digest = sealed.struct_hash()
    body = {"order": hexed(sealed.order), "meter": hexed(sealed.meter), "slot": slot}

    async def take(signer: Household) -> tuple[int, str]:
        signature = hexed(traders.sign(signer, digest).encode())
        return await client.ask("POST", "/v1/orders", {**body, "signature": signature})

    assert await take(stranger) == (422, "bad-signature")
    assert await take(seller) == (201, "")
    assert await take(seller) == (201, ""), "sent again it answers as the first time"
    withdrawal = OrderWithdrawal(order.hash(), slot)
    foreign = hexed(traders.sign(stranger, withdrawal.struct_hash()).encode())
    found = await client.ask(
        "POST", "/v1/orders/withdraw", {"order": hexed(order.hash()), "slot": slot, "signature": foreign}
    )
    assert found == (422, "bad-signature")
    early = {"order": hexed(order.encode()), "forecast": {"generation": 1, "withdrawal": 1}}
    assert await client.ask("POST", "/v1/reveals", early) == (409, "not-yet")
    (booked,) = await town.database.run(store.of_slot, slot)
    assert not booked.withdrawn
    assert booked.message is None


def _rows_changed(connection: sqlite3.Connection) -> int:
    return connection.total_changes
