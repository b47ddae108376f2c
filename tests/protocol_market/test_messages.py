"""What is signed, committed and encrypted in the market: against an independent implementation where there is one."""

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data

from dems_protocol.commitments import Pedersen, sum_openings
from dems_protocol.curve import IDENTITY
from dems_protocol.market.crossing import find_crossed
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.order_set import SetLeaf, build_set_tree, find_set_order_faults
from dems_protocol.market.orders import (
    ENCRYPTION_KEY_TYPE,
    ORDER_RECEIPT_TYPE,
    ORDER_TYPE,
    ORDER_WITHDRAWAL_TYPE,
    REVEAL_RECEIPT_TYPE,
    SEALED_ORDER_TYPE,
    EncryptionKey,
    Order,
    OrderReceipt,
    OrderWithdrawal,
    RevealReceipt,
)
from dems_protocol.market.results import (
    ResultLeaf,
    build_result_tree,
    find_result_order_faults,
    result_openings,
)
from dems_protocol.market.suggestions import (
    CIPHERTEXT_BYTES,
    SuggestedAction,
    SuggestionPayload,
    SuggestionPlace,
    decrypt_suggestion,
    encrypt_suggestion,
    split_ciphertexts,
)
from dems_protocol.market.terms import Terms, ZoneTerms
from tests.protocol_market.samples import (
    CLEARED,
    HOUSEHOLDS,
    MARKET,
    ORDERS,
    SLOT,
    TERMS,
    make_order,
    make_results,
    make_set,
    signer_of,
)


@pytest.fixture(scope="module")
def pedersen() -> Pedersen:
    return Pedersen()


def _fields(type_string: str) -> tuple[str, list[dict[str, str]]]:
    name, _, rest = type_string.partition("(")
    pairs = [field.split(" ") for field in rest.rstrip(")").split(",")]
    return name, [{"type": kind, "name": field} for kind, field in pairs]


def _is_signed_elsewhere(type_string: str, struct_hash: bytes, values: list[object]) -> bool:
    """Say whether eth_account, given the type and the values, signs the same digest."""
    name, fields = _fields(type_string)
    typed = encode_typed_data(
        {"name": "DEMS", "version": "1", "chainId": 31337, "verifyingContract": "0x" + MARKET.ledger.hex()},
        {name: fields},
        {field["name"]: value for field, value in zip(fields, values, strict=True)},
    )
    key = HOUSEHOLDS[0]
    recovered = Account.recover_message(
        typed, vrs=dataclasses.astuple(_in_order(key.sign(MARKET.digest(struct_hash))))
    )
    return bytes.fromhex(recovered[2:]) == key.public_key.address()


@dataclasses.dataclass
class _Parts:
    v: int
    r: int
    s: int


def _in_order(signature: object) -> _Parts:
    return _Parts(*(getattr(signature, name) for name in ("v", "r", "s")))


def test_messages_are_eip712() -> None:
    order, digest = ORDERS[0], b"\x07" * 32
    values: list[object] = [
        order.meter,
        order.slot,
        order.number,
        int(order.side),
        order.quantity,
        order.battery,
        order.limit,
        order.zone,
        order.salt,
    ]
    assert _is_signed_elsewhere(ORDER_TYPE, order.hash(), values)
    negative = next(found for found in ORDERS if found.limit < 0)
    values = [
        getattr(negative, name)
        for name in ("meter", "slot", "number", "side", "quantity", "battery", "limit", "zone", "salt")
    ]
    values[3] = int(negative.side)
    assert _is_signed_elsewhere(ORDER_TYPE, negative.hash(), values)
    assert not _is_signed_elsewhere(ORDER_TYPE, order.hash(), values)
    assert _is_signed_elsewhere(
        SEALED_ORDER_TYPE, order.seal().struct_hash(), [order.hash(), order.meter, SLOT]
    )
    receipt = OrderReceipt(digest, order.meter, SLOT, 99)
    assert _is_signed_elsewhere(ORDER_RECEIPT_TYPE, receipt.struct_hash(), [digest, order.meter, SLOT, 99])
    assert _is_signed_elsewhere(
        REVEAL_RECEIPT_TYPE, RevealReceipt(digest, SLOT, 99).struct_hash(), [digest, SLOT, 99]
    )
    assert _is_signed_elsewhere(
        ORDER_WITHDRAWAL_TYPE, OrderWithdrawal(digest, SLOT).struct_hash(), [digest, SLOT]
    )
    assert _is_signed_elsewhere(
        ENCRYPTION_KEY_TYPE,
        EncryptionKey(order.meter, digest, SLOT).struct_hash(),
        [order.meter, digest, SLOT],
    )


def test_terms_are_encoded_as_solidity_does() -> None:
    zones = [(zone.zone, zone.sell, zone.buy) for zone in TERMS.zones]
    negative = Terms((ZoneTerms(3, 5, -7),), (0,))
    assert TERMS.encode() == encode(["((uint32,int64,int64)[],int64[])"], [(zones, list(TERMS.charges))])
    assert negative.encode() == encode(["((uint32,int64,int64)[],int64[])"], [([(3, 5, -7)], [0])])


@pytest.mark.parametrize(
    ("zones", "charges", "reason"),
    [
        ((), (), "1 … 32 zones"),
        ((ZoneTerms(2, 5, 1), ZoneTerms(1, 5, 1)), (0, 0, 0, 0), "ascend"),
        ((ZoneTerms(1, 5, 1),), (1,), "cannot be 1"),
        ((ZoneTerms(1, 5, 1), ZoneTerms(2, 5, 1)), (0, -1, 0, 0), "cannot be -1"),
        ((ZoneTerms(1, 5, 1),), (0, 0), "need 1 charges"),
    ],
)
def test_terms_that_cannot_be(zones: tuple[ZoneTerms, ...], charges: tuple[int, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Terms(zones, charges)


def test_terms_of_a_zone_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="above its 5"):
        ZoneTerms(1, 5, 6)
    with pytest.raises(ValueError, match="±10"):
        ZoneTerms(1, 10**12 + 1, 6)


def test_an_order_travels_and_nonsense_does_not() -> None:
    for order in ORDERS:
        assert Order.decode(order.encode()) == order
    good = ORDERS[0]
    for change, reason in (
        ({"number": 8}, "number"),
        ({"quantity": 0, "battery": 0}, "0 Wh"),
        ({"battery": good.quantity + 1}, "battery"),
        ({"limit": 10**12 + 1}, "limit"),
        ({"meter": b""}, "meter"),
        ({"salt": b"short"}, "salt"),
        ({"zone": 2**32}, "zone"),
    ):
        with pytest.raises(ValueError, match=reason):
            dataclasses.replace(good, **change)
    with pytest.raises(ValueError, match="not a valid OrderSide"):
        Order.decode(good.encode()[: 3 * 32] + (2).to_bytes(32) + good.encode()[4 * 32 :])
    assert good.salt.hex() not in repr(good)
    assert str(good.salt) not in repr(good)


def test_who_would_trade_with_itself_is_found_over_all_its_meters_and_zones() -> None:
    bid, offer = (
        make_order(0, OrderSide.BID, 5, 100, 1),
        make_order(1, OrderSide.OFFER, 5, 100, 7),
    )
    apart = dataclasses.replace(bid, limit=99)
    assert find_crossed([(b"a", bid), (b"a", offer)]) == {b"a"}
    assert find_crossed([(b"a", bid), (b"b", offer), (b"b", apart)]) == frozenset()
    assert find_crossed([(b"a", bid), (b"a", apart), (b"b", offer)]) == frozenset()


def test_the_set_holds_what_households_signed() -> None:
    leaves = make_set()
    assert find_set_order_faults(leaves) == []
    assert find_set_order_faults(leaves[::-1]) == [0, 1, 2]
    assert find_set_order_faults([leaves[0], leaves[0]]) == [0]
    for order, leaf in zip(ORDERS, leaves, strict=True):
        account = signer_of(order).public_key.address()
        assert SetLeaf.decode(leaf.encode()) == leaf
        assert leaf.is_sealed_by(account, MARKET, SLOT)
        assert not leaf.is_sealed_by(account, MARKET, SLOT + 1)
    tree, other = build_set_tree(MARKET, SLOT, leaves), build_set_tree(MARKET, SLOT + 1, leaves)
    assert tree.root.hash != other.root.hash
    assert tree.root.sums.withdrawal == IDENTITY


@pytest.mark.parametrize("zone", [1, 7])
def test_results_sum_up_to_the_opened_totals(pedersen: Pedersen, zone: int) -> None:
    figures, leaves = CLEARED.by_zone()[zone], make_results(pedersen, zone)
    own = [order for order in ORDERS if order.zone == zone]
    openings = [result_openings(order, figures.fill(order.terms())) for order in own]
    bought, sold = (sum_openings(pair[side] for pair in openings) for side in (0, 1))
    tree = build_result_tree(MARKET, SLOT, zone, leaves)
    assert (bought.value, sold.value) == (figures.bought, figures.sold) != (0, 0)
    assert pedersen.opens(tree.root.sums.withdrawal, bought)
    assert pedersen.opens(tree.root.sums.feed_in, sold)
    assert find_result_order_faults(leaves) == []
    assert find_result_order_faults([leaves[-1], *leaves]) == [0]
    assert [ResultLeaf.decode(leaf.encode()) for leaf in leaves] == leaves
    assert build_result_tree(MARKET, SLOT, zone + 1, leaves).root.hash != tree.root.hash


def test_no_two_results_share_a_blinding() -> None:
    blindings = {
        opening.blinding
        for order in ORDERS
        for filled in (0, 1, order.quantity)
        for opening in result_openings(order, filled)
    }
    # The side that is not the order's commits 0 whatever was filled; so does the other if nothing was.
    assert len(blindings) == len(ORDERS) * 4


def test_a_suggestion_opens_for_its_household_in_its_place_only() -> None:
    key = X25519PrivateKey.from_private_bytes(b"\x05" * 32)
    public = key.public_key().public_bytes_raw()
    place = SuggestionPlace(MARKET, SLOT, ORDERS[0].meter)
    payload = SuggestionPayload(SuggestedAction.DELIVER, SLOT, -1500, -20_000, ORDERS[0].hash())
    assert SuggestionPayload.decode(payload.encode()) == payload
    sealed = encrypt_suggestion(payload, public, place)
    dummy = encrypt_suggestion(SuggestionPayload(SuggestedAction.NONE, SLOT), public, place)
    assert len(sealed) == len(dummy) == CIPHERTEXT_BYTES
    assert split_ciphertexts(sealed + dummy) == [sealed, dummy]
    assert decrypt_suggestion(sealed, key, place) == payload
    assert decrypt_suggestion(sealed, key, dataclasses.replace(place, slot=SLOT + 1)) is None
    assert decrypt_suggestion(sealed, key, dataclasses.replace(place, meter=bytes(31) + b"\1")) is None
    assert decrypt_suggestion(sealed[:-1] + bytes([sealed[-1] ^ 1]), key, place) is None
    assert decrypt_suggestion(sealed, X25519PrivateKey.from_private_bytes(b"\x06" * 32), place) is None
    for wrong in (b"", bytes(64), payload.encode()[:-1] + b"\1", payload.encode() + b"\0"):
        with pytest.raises(ValueError, match="no suggestion"):
            SuggestionPayload.decode(wrong)
    with pytest.raises(ValueError, match="whole number"):
        split_ciphertexts(sealed[1:])
