// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../../src/ledger/Accounts.sol";
import {Market} from "../../src/market/Market.sol";
import {MarketDemands} from "../../src/market/MarketDemands.sol";
import {MarketPart} from "../../src/market/MarketPart.sol";
import {MarketSlots} from "../../src/market/MarketSlots.sol";
import {MarketTerms} from "../../src/market/MarketTerms.sol";
import {CommittedSet, Flow, MarketFinding, PublishedClearing, Terms} from "../../src/market/MarketTypes.sol";
import {Orders} from "../../src/market/Orders.sol";
import {ResultChallenges} from "../../src/market/ResultChallenges.sol";
import {SetChallenges} from "../../src/market/SetChallenges.sol";
import {ClearingRules} from "../../src/market/libraries/ClearingRules.sol";
import {Trading} from "./Trading.sol";

/// @dev One set, one clearing a slot, each in its time and by the operator only; and what a clearing must fulfil.
contract MarketSlotsTest is Trading {
    function test_anHonestSlot() public {
        checkEqual(market.setRecords(slot), 0, "open");
        (Book memory book, Results memory results, PublishedClearing memory published) = _trade(1 << 5);
        market.requireSet(book.committed);
        market.requireClearing(slot, _stamp(published));
        check(!market.isFinal(slot, _stamp(published)) && !market.isVoid(slot), "challengeable");
        checkEqual(results.clearing.zones[0].bought, 1500, "bids of zone 1");
        checkEqual(results.clearing.zones[0].sold, 1500, "a whole and half an offer");
        checkEqual(results.clearing.zones[1].sold, 1000, "zone 2");
        _pass(3600, 239);
        check(!market.isFinal(slot, _stamp(published)), "blocks count as well");
        VM.roll(block.number + 1);
        check(market.isFinal(slot, _stamp(published)), "final");
        market.requireFinal(slot, _stamp(published));
        _expect(MarketSlots.AlreadyFinal.selector);
        market.requireChallengeable(slot, _stamp(published));
    }

    // The set

    function test_commit_onlyTheOperatorWithItsBond() public {
        VM.warp(terms.gateOf(slot));
        VM.prank(stranger);
        _expect(MarketSlots.NotTheOperator.selector);
        market.commitSet(slot, 0, 0);
        VM.startPrank(operator);
        market.announceBondRelease(1);
        _expect(Accounts.InsufficientBond.selector);
        market.commitSet(slot, 0, 0);
        market.announceBondRelease(0);
        market.commitSet(slot, 0, 0);
        VM.stopPrank();
    }

    function test_commit_inItsTime() public {
        VM.warp(terms.gateOf(slot) - 1);
        VM.prank(operator);
        _expect(MarketSlots.NotTheTime.selector);
        market.commitSet(slot, 0, 0);
        VM.warp(market.directUntil(slot));
        check(market.isVoid(slot), "no set in time");
        VM.prank(operator);
        _expect(MarketSlots.NotTheTime.selector);
        market.commitSet(slot, 0, 0);
    }

    function test_commit_once() public {
        Book memory book = _book(_orders());
        _commit(book);
        VM.startPrank(operator);
        _expect(MarketSlots.AlreadyCommitted.selector);
        market.commitSet(slot, bytes32(uint256(7)), 1);
        VM.stopPrank();
        book.committed.count = 7;
        _expect(MarketSlots.NotTheSet.selector);
        market.requireSet(book.committed);
    }

    function test_commit_noMoreThanATreeHolds() public {
        VM.warp(terms.gateOf(slot));
        VM.prank(operator);
        _expect(MarketSlots.TooManyOrders.selector);
        market.commitSet(slot, 0, 2 ** 20 + 1);
    }

    // The clearing

    function test_publish_onlyTheOperatorWithItsBond() public {
        Book memory book = _book(_orders());
        _commit(book);
        Results memory results = _clear(book, 0);
        VM.warp(market.chainRevealUntil(slot));
        VM.prank(stranger);
        _expect(MarketSlots.NotTheOperator.selector);
        market.publishClearing(results.clearing, _terms());
        VM.startPrank(operator);
        market.announceBondRelease(1);
        _expect(Accounts.InsufficientBond.selector);
        market.publishClearing(results.clearing, _terms());
        VM.stopPrank();
    }

    function test_publish_inItsTime() public {
        Book memory book = _book(_orders());
        _commit(book);
        Results memory results = _clear(book, 0);
        VM.warp(market.chainRevealUntil(slot) - 1);
        VM.startPrank(operator);
        _expect(MarketSlots.NotTheTime.selector);
        market.publishClearing(results.clearing, _terms());
        VM.warp(market.publishUntil(slot));
        check(market.isVoid(slot) && market.publishUntil(slot) <= uint256(slot) * SLOT_SECONDS, "due before the slot");
        _expect(MarketSlots.NotTheTime.selector);
        market.publishClearing(results.clearing, _terms());
        VM.stopPrank();
        _expect(MarketSlots.NotTheSet.selector);
        market.requireChallengeable(slot, _noStamp());
    }

    function test_publish_once_andOnlyWithASet() public {
        Book memory book = _book(_orders());
        _commit(book);
        Results memory results = _clear(book, 0);
        _publish(results);
        VM.startPrank(operator);
        _expect(MarketSlots.AlreadyPublished.selector);
        market.publishClearing(results.clearing, _terms());
        results.clearing.slot = slot + 1;
        VM.warp(market.chainRevealUntil(slot + 1));
        _expect(MarketSlots.NotTheSet.selector);
        market.publishClearing(results.clearing, _terms());
        VM.stopPrank();
    }

    function test_publish_otherTerms() public {
        Book memory book = _book(_orders());
        _commit(book);
        Results memory results = _clear(book, 0);
        VM.warp(market.chainRevealUntil(slot));
        Terms memory given = _terms();
        given.zones[0].sell += 1;
        VM.prank(operator);
        _expect(MarketTerms.NotTheTerms.selector);
        market.publishClearing(results.clearing, given);
    }

    function _refuse(Results memory results, bytes4 selector) private {
        VM.prank(operator);
        _expect(selector);
        market.publishClearing(results.clearing, _terms());
    }

    function _ready() private returns (Results memory) {
        Book memory book = _book(_orders());
        _commit(book);
        VM.warp(market.chainRevealUntil(slot));
        return _clear(book, 0);
    }

    function test_publish_wrongPrices() public {
        Results memory results = _ready();
        results.clearing.zones[1].price += 1;
        _refuse(results, ClearingRules.WrongPrice.selector);
        results.clearing.zones[1].price -= 1;
        results.clearing.zones[1].upper = SELL + 1;
        _refuse(results, ClearingRules.WrongPrice.selector);
        results.clearing.zones[1].upper = 250_000;
        results.clearing.zones[1].lower = BUY - 1;
        _refuse(results, ClearingRules.WrongPrice.selector);
        results.clearing.zones[1].lower = 150_000;
        results.clearing.zones[0].bidRatio = 2 ** 32 + 1;
        _refuse(results, ClearingRules.WrongPrice.selector);
        results.clearing.zones[0].bidRatio = 0;
        results.clearing.zones[0].offerRatio = 2 ** 32 + 1;
        _refuse(results, ClearingRules.WrongPrice.selector);
    }

    /// @dev The middle is rounded down also where it is negative.
    function test_publish_negativePrices() public {
        Terms memory given = _terms();
        (given.zones[0].buy, given.zones[1].buy) = (-SELL, -SELL);
        VM.prank(utility);
        terms.setPrices(given.zones, slot);
        Results memory results = _ready();
        for (uint256 z = 0; z < 2; ++z) {
            (results.clearing.zones[z].lower, results.clearing.zones[z].upper) = (-200_003, -200_000);
            results.clearing.zones[z].price = -200_001;
        }
        VM.startPrank(operator);
        _expect(ClearingRules.WrongPrice.selector);
        market.publishClearing(results.clearing, given);
        (results.clearing.zones[0].price, results.clearing.zones[1].price) = (-200_002, -200_002);
        market.publishClearing(results.clearing, given);
        VM.stopPrank();
    }

    function test_publish_wrongSpreads() public {
        Results memory results = _ready();
        (results.clearing.zones[1].lower, results.clearing.zones[1].upper) = (139_999, 260_001);
        _refuse(results, ClearingRules.WrongSpread.selector);
        results.clearing.zones[1].lower = 140_001;
        results.clearing.zones[1].upper = 260_001;
        results.clearing.zones[1].price = 200_001;
        _refuse(results, ClearingRules.WrongSpread.selector);
        (results.clearing.zones[1].lower, results.clearing.zones[1].upper) = (260_000, 260_000);
        results.clearing.zones[1].price = 260_000;
        results.clearing.zones[0].upper = 200_000;
        results.clearing.zones[1].bought -= 1;
        _refuse(results, ClearingRules.Unbalanced.selector);
    }

    function test_publish_wrongFlows() public {
        Results memory results = _ready();
        Flow[3][5] memory wrong = [
            [Flow(1, 2, 0), Flow(0, 0, 0), Flow(0, 0, 0)],
            [Flow(1, 1, 5), Flow(0, 0, 0), Flow(0, 0, 0)],
            [Flow(1, 3, 5), Flow(0, 0, 0), Flow(0, 0, 0)],
            [Flow(0, 2, 5), Flow(0, 0, 0), Flow(0, 0, 0)],
            [Flow(3, 1, 5), Flow(0, 0, 0), Flow(0, 0, 0)]
        ];
        results.clearing.flows = new Flow[](1);
        for (uint256 i = 0; i < wrong.length; ++i) {
            results.clearing.flows[0] = wrong[i][0];
            _refuse(results, ClearingRules.WrongFlow.selector);
        }
        results.clearing.flows[0] = Flow(1, 2, 5);
        _refuse(results, ClearingRules.WrongSpread.selector);
    }

    /// @dev At charges of 0 energy may flow both ways: neither may be said twice, nor out of order.
    function test_publish_flowsAscendAndBalance() public {
        Terms memory given = _terms();
        given.charges = new int64[](4);
        uint32[] memory zones = new uint32[](2);
        (zones[0], zones[1]) = (1, 2);
        VM.prank(authority);
        terms.setCharges(zones, given.charges, slot);
        Results memory results = _ready();
        (results.clearing.zones[1].lower, results.clearing.zones[1].upper) = (200_000, 200_000);
        results.clearing.flows = new Flow[](2);
        (results.clearing.flows[0], results.clearing.flows[1]) = (Flow(2, 1, 5), Flow(1, 2, 5));
        VM.startPrank(operator);
        _expect(ClearingRules.WrongFlow.selector);
        market.publishClearing(results.clearing, given);
        results.clearing.flows[0] = Flow(1, 2, 5);
        _expect(ClearingRules.WrongFlow.selector);
        market.publishClearing(results.clearing, given);
        results.clearing.flows[1] = Flow(2, 1, 6);
        _expect(ClearingRules.Unbalanced.selector);
        market.publishClearing(results.clearing, given);
        results.clearing.flows[1] = Flow(2, 1, 5);
        market.publishClearing(results.clearing, given);
        VM.stopPrank();
    }

    /// @dev Off its price the utility takes what rounding leaves: 6 leaves and 2 zones explain 10 Wh.
    function test_publish_utilityOffItsPrice() public {
        Results memory results = _ready();
        (results.clearing.zones[0].utilitySold, results.clearing.zones[0].utilityBought) = (11, 11);
        _refuse(results, ClearingRules.UtilityOffItsPrice.selector);
        (results.clearing.zones[0].utilitySold, results.clearing.zones[0].utilityBought) = (10, 11);
        _refuse(results, ClearingRules.Unbalanced.selector);
        results.clearing.zones[0].utilityBought = 10;
        VM.prank(operator);
        market.publishClearing(results.clearing, _terms());
    }

    function test_publish_wrongTotals() public {
        Results memory results = _ready();
        results.clearing.zones[0].bought += 1;
        results.clearing.zones[0].utilitySold += 1;
        _refuse(results, ClearingRules.WrongTotals.selector);
        results = _clear(_book(_orders()), 0);
        results.clearing.zones[1].soldBlinding += 1;
        _refuse(results, ClearingRules.WrongTotals.selector);
        results.clearing.zones[1].soldBlinding = type(uint256).max;
        _refuse(results, ClearingRules.WrongTotals.selector);
        results = _clear(_book(_orders()), 0);
        results.clearing.zones[1].sums[0] = 5;
        _refuse(results, ClearingRules.WrongTotals.selector);
        results = _clear(_book(_orders()), 0);
        results.clearing.zones[1].count = 2 ** 20 + 1;
        _refuse(results, ClearingRules.WrongTotals.selector);
    }

    function test_publish_otherZones() public {
        Results memory results = _ready();
        results.clearing.zones[1].zone = 3;
        _refuse(results, ClearingRules.WrongZones.selector);
        results.clearing.zones[0].zone = 0;
        _refuse(results, ClearingRules.WrongZones.selector);
    }

    // Parts, money, parameters

    function test_onlyPartsDecide() public {
        VM.startPrank(stranger);
        _expect(Market.NotAPart.selector);
        market.voidSlot(slot, _noStamp(), MarketFinding.WrongPrice, stranger, "");
        _expect(Market.NotAPart.selector);
        market.openDemand(slot);
        _expect(Market.NotAPart.selector);
        market.closeDemand(slot);
        _expect(Market.NotAPart.selector);
        market.hold(operator, 1);
        _expect(Market.NotAPart.selector);
        market.release(stranger, 1);
        _expect(Market.NotAPart.selector);
        market.forfeitDeposit(operator);
        VM.stopPrank();
        VM.startPrank(operator);
        _expect(Market.NotAPart.selector);
        market.forfeitDeposit(_household(0));
        _expect(Market.NotAPart.selector);
        market.hold(_household(0), 1);
        VM.stopPrank();
    }

    function test_partsAreThoseOfTheMarket() public {
        _expect(MarketPart.NotItsPart.selector);
        this.create("Orders", abi.encode(market));
        _expect(MarketPart.NotItsPart.selector);
        this.create("SetChallenges", abi.encode(market));
        _expect(MarketPart.NotItsPart.selector);
        this.create("ResultChallenges", abi.encode(market));
        _expect(MarketPart.NotItsPart.selector);
        this.create("MarketDemands", abi.encode(market, 1, uint64(28_800)));
    }

    function test_moneyLeavesByItsOwnerOnly() public {
        uint256 before = market.balanceOf(stranger);
        VM.prank(operator);
        _expect(Accounts.InsufficientBalance.selector);
        market.withdraw(10 * BOND, operator);
        VM.prank(stranger);
        market.withdraw(before, stranger);
        checkEqual(currency.balanceOf(stranger), before, "paid out");
        market.withdrawPool();
    }

    function test_constructorRefusesWhatCannotWork() public {
        MarketSlots.MarketParameters memory p = parameters();
        p.directSeconds = 0;
        _refuseParameters(p);
        p = parameters();
        p.publishSeconds = 0;
        _refuseParameters(p);
        p = parameters();
        p.revealSeconds = 3600;
        _refuseParameters(p);
        p = parameters();
        p.answerBlocks = 0;
        _refuseParameters(p);
        p = parameters();
        p.answerSeconds = 3601;
        _refuseParameters(p);
        p = parameters();
        p.answerBlocks = 241;
        _refuseParameters(p);
        p = parameters();
        p.slashAmount = BOND + 1;
        _refuseParameters(p);
    }

    function _refuseParameters(MarketSlots.MarketParameters memory p) private {
        Market.MarketParts memory parts;
        _expect(MarketSlots.InvalidParameter.selector);
        this.create("Market", abi.encode(terms, currency, pool, forwarder, parts, p));
    }
}
