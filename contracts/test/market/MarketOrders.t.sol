// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../../src/ledger/Accounts.sol";
import {Signature} from "../../src/LedgerTypes.sol";
import {MarketSlots} from "../../src/market/MarketSlots.sol";
import {
    CommittedSet,
    Order,
    PublishedClearing,
    ResultDescent,
    SetDescent,
    SetLeaf
} from "../../src/market/MarketTypes.sol";
import {Orders} from "../../src/market/Orders.sol";
import {Suggestions} from "../../src/market/Suggestions.sol";
import {MarketMessages} from "../../src/market/libraries/MarketMessages.sol";
import {Trading} from "./Trading.sol";

/// @dev What households do by themselves: place, reveal, announce keys; what those forfeit who do not reveal; and the
/// operator's suggestions.
contract MarketOrdersTest is Trading {
    // Direct orders

    function test_place_byAnybodyWithTheHouseholdsSignature() public {
        SetLeaf memory leaf = _seal(_orders()[1]);
        VM.prank(stranger);
        orders.placeOrder(leaf, slot);
        check(orders.counts(leaf.order, slot) && !orders.counts(leaf.order, slot + 1), "for this slot");
        _expect(Orders.AlreadyPlaced.selector);
        orders.placeOrder(leaf, slot);
    }

    function test_place_refused() public {
        SetLeaf memory leaf = _seal(_orders()[1]);
        leaf.meter = _meter(2);
        _expect(Orders.NotSealed.selector);
        orders.placeOrder(leaf, slot);
        leaf.meter = _meter(1);
        _expect(Orders.NotSealed.selector);
        orders.placeOrder(leaf, slot + 1);
        VM.prank(_household(1));
        market.announceBondRelease(1);
        _expect(Accounts.InsufficientBond.selector);
        orders.placeOrder(leaf, slot);
    }

    function test_place_untilFiveMinutesAfterTheGate() public {
        Order[] memory all = _orders();
        (SetLeaf memory first, SetLeaf memory second) = (_seal(all[1]), _seal(all[2]));
        VM.warp(terms.gateOf(slot) + 299);
        orders.placeOrder(first, slot);
        VM.warp(block.timestamp + 1);
        _expect(Orders.NotTheTime.selector);
        orders.placeOrder(second, slot);
    }

    /// @dev Who has the meter when the gate closes trades for it.
    function test_place_countsForWhoHasTheMeterAtTheGate() public {
        SetLeaf memory leaf = _seal(_orders()[1]);
        orders.placeOrder(leaf, slot);
        uint64 gateSlot = terms.gateSlotOf(slot);
        VM.prank(_household(1));
        registry.leaveCommunity(_meter(1), gateSlot);
        check(!orders.counts(leaf.order, slot), "gone before the gate");
    }

    // Reveals

    function test_reveal_inItsTimeAndOnce() public {
        Book memory book = _book(_orders());
        Order memory order = book.orders[0];
        _commit(book);
        VM.warp(market.revealFrom(slot) - 1);
        _expect(Orders.NotTheTime.selector);
        orders.reveal(order);
        VM.warp(market.revealFrom(slot));
        VM.prank(stranger);
        orders.reveal(order);
        check(orders.isRevealed(book.leaves[0].order), "revealed");
        _expect(Orders.AlreadyRevealed.selector);
        orders.reveal(order);
        VM.warp(market.chainRevealUntil(slot));
        _expect(Orders.NotTheTime.selector);
        orders.reveal(book.orders[1]);
    }

    function test_reveal_notWhereThereIsNoMarket() public {
        Order memory order = _orders()[0];
        VM.warp(market.revealFrom(slot));
        _expect(Orders.NoMarket.selector);
        orders.reveal(order);
    }

    // Forfeits

    function test_forfeit_whatWasNeverRevealed_once() public {
        (Book memory book, Results memory results, PublishedClearing memory published) = _trade(1 << 5);
        ResultDescent memory result = _resultOf(book, results, 5);
        SetDescent memory leaf = _setLeaf(book, _place(book, 5));
        _expect(MarketSlots.NotFinal.selector);
        orders.forfeit(published, 0, result, book.committed, leaf);
        _finalize();
        VM.prank(stranger);
        orders.forfeit(published, 0, result, book.committed, leaf);
        (uint128 bond,,) = market.bonds(_household(5));
        checkEqual(bond, 0, "forfeited");
        checkEqual(market.balanceOf(pool), DEPOSIT, "to the pool");
        checkEqual(market.balanceOf(_household(5)), DEPOSIT, "nothing else");
        _expect(Orders.NothingForfeited.selector);
        orders.forfeit(published, 0, result, book.committed, leaf);
    }

    function test_forfeit_nothingElse() public {
        (Book memory book, Results memory results, PublishedClearing memory published) = _trade(1 << 5);
        _finalize();
        ResultDescent memory cleared = _resultOf(book, results, 1);
        SetDescent memory leaf = _setLeaf(book, _place(book, 1));
        _expect(Orders.NothingForfeited.selector);
        orders.forfeit(published, 0, cleared, book.committed, leaf);
        ResultDescent memory hidden = _resultOf(book, results, 5);
        _expect(Orders.NotSealed.selector);
        orders.forfeit(published, 0, hidden, book.committed, leaf);
        _expect(Orders.NotPlaced.selector);
        orders.forfeitPlaced(published, 0, hidden);
        CommittedSet memory other = book.committed;
        other.slot -= 1;
        _expect(MarketSlots.NotTheSet.selector);
        orders.forfeit(published, 0, hidden, other, leaf);
    }

    /// @dev Even where an operator's lie is final: what the chain saw revealed is not forfeited, nor what nobody sealed.
    function test_forfeit_notAgainstWhatTheChainKnows() public {
        Book memory book = _book(_orders());
        uint256 place = _place(book, 5);
        book.leaves[_place(book, 2)].signature = book.leaves[place].signature;
        _plant(book);
        _commit(book);
        VM.warp(market.revealFrom(slot));
        orders.reveal(book.orders[place]);
        Results memory results = _clear(book, 1 << 5 | 1 << 2);
        results.clearing.zones[0].utilitySold = 500;
        _balance(results);
        PublishedClearing memory published = _publish(results);
        _finalize();
        ResultDescent memory revealed = _resultOf(book, results, 5);
        SetDescent memory leaf = _setLeaf(book, place);
        _expect(Orders.NothingForfeited.selector);
        orders.forfeit(published, 0, revealed, book.committed, leaf);
        ResultDescent memory phantom = _resultOf(book, results, 2);
        leaf = _setLeaf(book, _place(book, 2));
        _expect(Orders.NotSealed.selector);
        orders.forfeit(published, 0, phantom, book.committed, leaf);
    }

    /// @dev Zone 1 without the offer of household 2: the utility sells at its price.
    function _balance(Results memory results) private pure {
        results.clearing.zones[0].price = SELL;
        (results.clearing.zones[0].lower, results.clearing.zones[0].upper) = (SELL, SELL);
        (results.clearing.zones[1].lower, results.clearing.zones[1].upper) = (SELL, SELL);
        results.clearing.zones[1].price = SELL;
    }

    function test_forfeitPlaced() public {
        Order[] memory all = _orders();
        SetLeaf memory placed = _seal(all[5]);
        orders.placeOrder(placed, slot);
        (Book memory book, Results memory results, PublishedClearing memory published) = _trade(1 << 5);
        _finalize();
        orders.forfeitPlaced(published, 0, _resultOf(book, results, 5));
        checkEqual(market.balanceOf(pool), DEPOSIT, "to the pool");
        check(orders.isForfeited(placed.order), "once");
        ResultDescent memory result = _resultOf(book, results, 5);
        SetDescent memory leaf = _setLeaf(book, _place(book, 5));
        _expect(Orders.NothingForfeited.selector);
        orders.forfeit(published, 0, result, book.committed, leaf);
    }

    // Suggestions and keys

    function _announce(uint256 household, bytes32 key, uint64 from) private view returns (Signature memory) {
        return _sign(_householdKey(household), MarketMessages.hashEncryptionKey(_meter(household), key, from));
    }

    function test_key_byAnybodyWithTheHouseholdsSignature() public {
        (bytes32 key, bytes32 next) = (bytes32(uint256(9)), bytes32(uint256(10)));
        Signature memory signature = _announce(1, key, slot);
        _expect(Suggestions.NotSignedByHousehold.selector);
        suggestions.announceEncryptionKey(_meter(2), key, slot, signature);
        VM.prank(stranger);
        suggestions.announceEncryptionKey(_meter(1), key, slot, signature);
        checkEqual(suggestions.encryptionKeyAt(_meter(1), slot), key, "from this slot on");
        checkEqual(suggestions.encryptionKeyAt(_meter(1), slot - 1), 0, "not before");
        _expect(Suggestions.NotLater.selector);
        suggestions.announceEncryptionKey(_meter(1), key, slot, signature);
        signature = _announce(1, next, slot + 3);
        suggestions.announceEncryptionKey(_meter(1), next, slot + 3, signature);
        checkEqual(suggestions.encryptionKeyAt(_meter(1), slot + 2), key, "the old one until then");
        checkEqual(suggestions.encryptionKeyAt(_meter(1), slot + 3), next, "then the new one");
        signature = _announce(1, 0, slot + 4);
        _expect(Suggestions.NotLater.selector);
        suggestions.announceEncryptionKey(_meter(1), 0, slot + 4, signature);
    }

    function test_key_notForSlotsThatAreClosed() public {
        Signature memory signature = _announce(1, bytes32(uint256(9)), slot);
        VM.warp(terms.gateOf(slot));
        VM.expectRevert();
        suggestions.announceEncryptionKey(_meter(1), bytes32(uint256(9)), slot, signature);
    }

    /// @dev Who had the meter before reads nothing of who has it now.
    function test_key_isTheHouseholds() public {
        Signature memory signature = _announce(1, bytes32(uint256(9)), slot);
        suggestions.announceEncryptionKey(_meter(1), bytes32(uint256(9)), slot, signature);
        Signature memory none;
        uint64 from = registry.currentSlot() + 7 days / 900 + 1;
        VM.prank(authority);
        registry.changeHousehold(_meter(1), _household(2), from, none);
        checkEqual(suggestions.encryptionKeyAt(_meter(1), from + 5), 0, "the next has none yet");
        checkEqual(suggestions.encryptionKeyAt(_meter(1), from + 3), bytes32(uint256(9)), "its gate was before");
    }

    function test_suggestions() public {
        bytes memory ciphertexts = new bytes(224);
        Book memory book = _book(_orders());
        _commit(book);
        VM.prank(operator);
        _expect(Suggestions.NotTheTime.selector);
        suggestions.publishSuggestions(slot, ciphertexts);
        _publish(_clear(book, 0));
        VM.prank(stranger);
        _expect(Suggestions.NotTheOperator.selector);
        suggestions.publishSuggestions(slot, ciphertexts);
        VM.startPrank(operator);
        _expect(Suggestions.WrongLength.selector);
        suggestions.publishSuggestions(slot, new bytes(113));
        suggestions.publishSuggestions(slot, ciphertexts);
        _expect(Suggestions.AlreadySuggested.selector);
        suggestions.publishSuggestions(slot, ciphertexts);
        VM.stopPrank();
    }

    function test_suggestions_notAfterTheSlot() public {
        _trade(0);
        VM.warp((uint256(slot) + 1) * SLOT_SECONDS);
        VM.prank(operator);
        _expect(Suggestions.NotTheTime.selector);
        suggestions.publishSuggestions(slot, new bytes(112));
    }
}
