// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Node, Signature, Step} from "../../src/LedgerTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {MarketPart} from "../../src/market/MarketPart.sol";
import {MarketSlots} from "../../src/market/MarketSlots.sol";
import {
    Order,
    PublishedClearing,
    ResultDescent,
    ResultLeaf,
    SetDescent,
    SetLeaf,
    ZoneClearing
} from "../../src/market/MarketTypes.sol";
import {ResultChallenges} from "../../src/market/ResultChallenges.sol";
import {MarketMessages} from "../../src/market/libraries/MarketMessages.sol";
import {MarketTrees} from "../../src/market/libraries/MarketTrees.sol";
import {OrderRules} from "../../src/market/libraries/OrderRules.sol";
import {NodeTrees} from "./NodeTrees.sol";
import {Trading} from "./Trading.sol";

/// @dev A clearing falls over each kind of lie, and an honest one over none.
contract ResultChallengesTest is Trading {
    using NodeTrees for NodeTrees.Tree;

    function _committed() private returns (Book memory book) {
        book = _book(_orders());
        _commit(book);
    }

    /// @dev The index of a household's result in its zone.
    function _indexOf(Book memory book, Results memory results, uint256 household) private pure returns (uint256) {
        return _resultOf(book, results, household).index;
    }

    /// @dev Publishes zone 1 with a household's result changed to have these points, the totals true to the leaves.
    function _publishWith(Book memory book, Results memory results, uint256 household, uint256[4] memory points)
        private
        returns (PublishedClearing memory)
    {
        results.leaves[0][_indexOf(book, results, household)].points = points;
        _grow(results, 0);
        return _publish(results);
    }

    // What an order gets

    /// @dev The bid of household 0 in the money, and unfilled: its neighbour took its place.
    function test_result_unfilledThoughInTheMoney() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        ZoneClearing memory zone = results.clearing.zones[0];
        Order memory order = book.orders[_place(book, 0)];
        (zone.bought, zone.boughtBlinding) = (0, _less(zone.boughtBlinding, order, 0, 1500));
        zone.utilityBought = 1500;
        zone.soldBlinding = _less(zone.soldBlinding, order, 1, 0);
        zone.price = BUY;
        (zone.lower, zone.upper) = (BUY, BUY);
        (results.clearing.zones[1].lower, results.clearing.zones[1].upper) = (BUY, BUY);
        results.clearing.zones[1].price = BUY;
        uint256[4] memory points = _points(order, 0, zone);
        PublishedClearing memory published = _publishWith(book, results, 0, points);
        ResultDescent memory descent = _resultOf(book, results, 0);
        VM.prank(stranger);
        resultChallenges.challengeResult(published, 0, descent, order);
        _checkVoid("unfilled");
        checkEqual(market.balanceOf(stranger), 10 * DEMAND_BOND + SLASH / 2, "half is the challenger's");
        checkEqual(market.balanceOf(pool), SLASH / 2, "half is the pool's");
        VM.startPrank(operator);
        market.lockBond(SLASH);
        _expect(MarketSlots.NotTheSet.selector);
        market.publishClearing(published.clearing, _terms());
        VM.stopPrank();
    }

    function _less(uint256 blinding, Order memory order, uint8 side, uint256 filled) private pure returns (uint256) {
        uint256 q = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
        return addmod(blinding, q - OrderRules.blinding(order.salt, order.slot, side, filled), q);
    }

    function test_result_honestOnesStand() public {
        (Book memory book, Results memory results, PublishedClearing memory published) = _trade(1 << 5);
        for (uint256 i = 0; i < METERS - 1; ++i) {
            uint256 zoneIndex = _zone(i) - 1;
            ResultDescent memory descent = _resultOf(book, results, i);
            Order memory order = book.orders[_place(book, i)];
            _expect(ResultChallenges.Unfounded.selector);
            resultChallenges.challengeResult(published, zoneIndex, descent, order);
            _expect(ResultChallenges.Unfounded.selector);
            resultChallenges.challengeResultLeaf(published, zoneIndex, descent);
            _expect(ResultChallenges.Unfounded.selector);
            resultChallenges.challengePrice(published, zoneIndex, descent, order);
        }
        ResultDescent memory hidden = _resultOf(book, results, 5);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeResultLeaf(published, 0, hidden);
        Order memory other = book.orders[_place(book, 5)];
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeResult(published, 0, hidden, other);
        other.quantity += 1;
        _expect(ResultChallenges.NotTheOrder.selector);
        resultChallenges.challengeResult(published, 0, hidden, other);
    }

    /// @dev Cleared although not valid by its own words, or from another zone: whatever its points.
    function test_result_ofAnInvalidOrder() public {
        for (uint256 kind = 0; kind < 6; ++kind) {
            Order[] memory all = _orders();
            if (kind == 0) all[5].zone = 2;
            if (kind == 1) all[5].number = 8;
            if (kind == 2) (all[5].side, all[5].limit) = (2, 250_000);
            if (kind == 3) all[5].battery = 701;
            if (kind == 4) all[5].limit = -(10 ** 12) - 1;
            if (kind == 5) all[5].quantity = 0;
            Book memory book = _book(all);
            _commit(book);
            Results memory results = _clear(book, 0);
            uint256 z = kind == 0 ? 1 : 0;
            PublishedClearing memory published = _publish(results);
            uint256 index;
            bytes32 order = book.leaves[_place(book, 5)].order;
            while (results.leaves[z][index].order != order) ++index;
            resultChallenges.challengeResult(published, z, _result(results, z, index), book.orders[_place(book, 5)]);
            check(market.setRecords(slot) == market.VOIDED(), "void");
            VM.prank(operator);
            market.lockBond(SLASH);
            slot += 4;
        }
    }

    function test_resultLeaf_committedThoughNotCleared() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        results.leaves[0][_indexOf(book, results, 1)].status = 2;
        _grow(results, 0);
        PublishedClearing memory published = _publish(results);
        resultChallenges.challengeResultLeaf(published, 0, _resultOf(book, results, 1));
        _checkVoid("implausible, and yet filled");
    }

    function test_resultLeaf_unknownStatus() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 1 << 5);
        results.leaves[0][_indexOf(book, results, 5)].status = 6;
        _grow(results, 0);
        PublishedClearing memory published = _publish(results);
        resultChallenges.challengeResultLeaf(published, 0, _resultOf(book, results, 5));
        _checkVoid("no such status");
    }

    /// @dev The leaf says one thing, the sums another.
    function test_resultLeaf_statesOtherSums() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        (Node memory a, Node memory b) = (results.trees[0].levels[0][0], results.trees[0].levels[0][1]);
        (a.sums, b.sums) = (b.sums, a.sums);
        results.trees[0].rebuild(1);
        _stateTree(results, 0);
        PublishedClearing memory published = _publish(results);
        resultChallenges.challengeResultLeaf(published, 0, _result(results, 0, 0));
        _checkVoid("swapped");
    }

    function test_resultLeaf_noPoint() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        uint256[4] memory sums = results.clearing.zones[0].sums;
        results.leaves[0][1].points = [uint256(5), 5, type(uint256).max, 1];
        Node[] memory nodes = new Node[](results.leaves[0].length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            nodes[i] = MarketMessages.toNode(results.leaves[0][i], address(market), slot, 1);
        }
        results.trees[0] = NodeTrees.build(nodes);
        _stateTree(results, 0);
        results.clearing.zones[0].sums = sums;
        PublishedClearing memory published = _publish(results);
        ResultDescent memory descent = _result(results, 0, 1);
        Order memory order = book.orders[_placeOf(book, descent.leaf.order)];
        VM.roll(block.number + 1);
        uint256 gas = gasleft();
        resultChallenges.challengeResult(published, 0, descent, order);
        check(gas - gasleft() < 1_000_000, "hostile points cost nothing");
        _checkVoid("no point");
    }

    function _placeOf(Book memory book, bytes32 order) private pure returns (uint256 i) {
        while (book.leaves[i].order != order) ++i;
    }

    // Status

    function _revealReceipt(bytes32 order, uint64 receivedAt) private view returns (Signature memory) {
        return _sign(OPERATOR_KEY, MarketMessages.hashRevealReceipt(order, slot, receivedAt));
    }

    function test_status_byReceipt() public {
        (Book memory book, Results memory results, PublishedClearing memory published) = _trade(1 << 5);
        ResultDescent memory descent = _resultOf(book, results, 5);
        Signature memory receipt = _revealReceipt(descent.leaf.order, 7);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeStatus(published, 0, descent, 8, receipt);
        ResultDescent memory cleared = _resultOf(book, results, 1);
        Signature memory other = _revealReceipt(cleared.leaf.order, 7);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeStatus(published, 0, cleared, 7, other);
        resultChallenges.challengeStatus(published, 0, descent, 7, receipt);
        _checkVoid("a receipt says otherwise");
    }

    function test_status_byTheChain() public {
        Book memory book = _committed();
        VM.warp(market.revealFrom(slot));
        orders.reveal(book.orders[_place(book, 5)]);
        Results memory results = _clear(book, 1 << 5);
        results.leaves[0][_indexOf(book, results, 5)].status = 3;
        _grow(results, 0);
        PublishedClearing memory published = _publish(results);
        Signature memory none;
        resultChallenges.challengeStatus(published, 0, _resultOf(book, results, 5), 0, none);
        _checkVoid("withdrawn, and yet revealed");
    }

    // Which orders

    function _publishWithout(Book memory book, uint256 household)
        private
        returns (Results memory results, PublishedClearing memory published)
    {
        results = _clear(book, 1 << 5);
        ResultLeaf[] memory left = new ResultLeaf[](results.leaves[0].length - 1);
        bytes32 gone = book.leaves[_place(book, household)].order;
        uint256 count;
        for (uint256 i = 0; i < results.leaves[0].length; ++i) {
            if (results.leaves[0][i].order != gone) left[count++] = results.leaves[0][i];
        }
        results.leaves[0] = left;
        _grow(results, 0);
        published = _publish(results);
    }

    function test_missingResult() public {
        Book memory book = _committed();
        uint256 place = _place(book, 5);
        (Results memory results, PublishedClearing memory published) = _publishWithout(book, 5);
        bytes32 order = book.leaves[place].order;
        SetDescent memory there = _setLeaf(book, place == 0 ? 1 : 0);
        uint256 zoneIndex = _zone(_indexOf(there.leaf.meter)) - 1;
        ResultDescent[] memory gap = _resultGap(results, zoneIndex, there.leaf.order);
        _expect(MarketTrees.NotAbsent.selector);
        resultChallenges.challengeMissingResult(published, zoneIndex, book.committed, there, gap);
        gap = _resultGap(results, 1, order);
        SetDescent memory leaf = _setLeaf(book, place);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeMissingResult(published, 1, book.committed, leaf, gap);
        _expect(MarketPart.NoSuchZone.selector);
        resultChallenges.challengeMissingResult(published, 2, book.committed, leaf, gap);
        gap = _resultGap(results, 0, order);
        resultChallenges.challengeMissingResult(published, 0, book.committed, leaf, gap);
        _checkVoid("left out");
    }

    function test_missingPlaced() public {
        Order memory late = _order(1, 1, 50, 310_000);
        late.salt = "late";
        SetLeaf memory placed = _seal(late);
        orders.placeOrder(placed, slot);
        (, Results memory results, PublishedClearing memory published) = _trade(0);
        ResultDescent[] memory gap = _resultGap(results, 0, placed.order);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeMissingPlaced(published, 0, bytes32(uint256(8)), gap);
        resultChallenges.challengeMissingPlaced(published, 0, placed.order, gap);
        _checkVoid("ignored");
    }

    function test_unknownResult() public {
        Book memory all = _book(_orders());
        Book memory book = _book(_fiveOrders());
        _commit(book);
        Results memory results = _clear(all, 1 << 5);
        PublishedClearing memory published = _publish(results);
        ResultDescent memory unknown = _resultOf(all, results, 5);
        SetDescent[] memory gap = _setGap(book, unknown.leaf.order);
        ResultDescent memory known = _resultOf(all, results, 1);
        _expect(MarketTrees.NotAbsent.selector);
        resultChallenges.challengeUnknownResult(published, 0, known, book.committed, gap);
        resultChallenges.challengeUnknownResult(published, 0, unknown, book.committed, gap);
        _checkVoid("from nowhere");
    }

    function test_unknownResult_placedDirectly() public {
        Book memory all = _book(_orders());
        Book memory book = _book(_fiveOrders());
        orders.placeOrder(all.leaves[_place(all, 5)], slot);
        _commit(book);
        Results memory results = _clear(all, 1 << 5);
        PublishedClearing memory published = _publish(results);
        ResultDescent memory placed = _resultOf(all, results, 5);
        SetDescent[] memory gap = _setGap(book, placed.leaf.order);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeUnknownResult(published, 0, placed, book.committed, gap);
    }

    // The trees

    function test_resultOrder() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        (results.leaves[0][1], results.leaves[0][2]) = (results.leaves[0][2], results.leaves[0][1]);
        _grow(results, 0);
        PublishedClearing memory published = _publish(results);
        (ResultDescent memory first, ResultDescent memory second) = (_result(results, 0, 1), _result(results, 0, 2));
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeResultOrder(published, 0, second, first);
        resultChallenges.challengeResultOrder(published, 0, first, second);
        _checkVoid("out of order");
    }

    function test_resultNode() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        NodeTrees.Tree memory tree = results.trees[0];
        (tree.levels[1][0].sums[0], tree.levels[1][0].sums[1]) = (1, 2);
        uint256[4] memory sums = results.clearing.zones[0].sums;
        tree.levels[2][0].hash = SumTree.hashNode(2, 0, tree.levels[1][0], tree.levels[1][1]);
        _stateTree(results, 0);
        results.clearing.zones[0].sums = sums;
        PublishedClearing memory published = _publish(results);
        Step[] memory steps = tree.steps(0, 0);
        _expect(SumTree.NoSuchNode.selector);
        resultChallenges.challengeResultNode(published, 0, 0, 0, steps);
        _expect(SumTree.WrongPathLength.selector);
        resultChallenges.challengeResultNode(published, 0, 2, 0, steps);
        resultChallenges.challengeResultNode(published, 0, 1, 0, steps);
        _checkVoid("wrong sums");
    }

    function test_resultNode_honest() public {
        (, Results memory results, PublishedClearing memory published) = _trade(0);
        Step[] memory steps = results.trees[0].steps(0, 2);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeResultNode(published, 0, 1, 1, steps);
        steps[1].left.sums[0] = 5;
        _expect(SumTree.WrongStep.selector);
        resultChallenges.challengeResultNode(published, 0, 1, 1, steps);
    }

    /// @dev What nobody traded hides beyond the count.
    function test_resultPadding() public {
        Book memory book = _book(_fiveOrders());
        _commit(book);
        Results memory results = _clear(book, 0);
        Node memory padding = results.trees[0].levels[0][3];
        ZoneClearing memory zone = results.clearing.zones[0];
        padding.sums = _points(_order(5, 0, 3, 0), 3, zone);
        zone.utilitySold = 3;
        results.trees[0].rebuild(1);
        _stateTree(results, 0);
        PublishedClearing memory published = _publish(results);
        Step[] memory honest = results.trees[0].steps(0, 1);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeResultPadding(published, 0, 1, honest);
        resultChallenges.challengeResultPadding(published, 0, 3, results.trees[0].steps(0, 3));
        _checkVoid("not empty");
    }

    function test_resultPadding_inPlaceOfAResult() public {
        Book memory book = _book(_fiveOrders());
        _commit(book);
        Results memory results = _clear(book, 0);
        results.clearing.zones[0].count = 4;
        PublishedClearing memory published = _publish(results);
        resultChallenges.challengeResultPadding(published, 0, 3, results.trees[0].steps(0, 3));
        _checkVoid("counted, and empty");
    }

    // Prices

    function test_price_anOrderLiesBetween() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        ZoneClearing memory zone = results.clearing.zones[1];
        (zone.lower, zone.upper) = (140_000, 260_000);
        PublishedClearing memory published = _publish(results);
        Order memory order = book.orders[_place(book, 3)];
        resultChallenges.challengePrice(published, 1, _resultOf(book, results, 3), order);
        _checkVoid("250000 is between");
    }

    function test_price_namedWithAnotherLimit() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        ZoneClearing memory zone = results.clearing.zones[1];
        (zone.lowerOrder, zone.upperOrder) = (zone.upperOrder, zone.lowerOrder);
        PublishedClearing memory published = _publish(results);
        Order memory order = book.orders[_place(book, 3)];
        resultChallenges.challengePrice(published, 1, _resultOf(book, results, 3), order);
        _checkVoid("it is the upper");
    }

    function test_marginalOrder_honest() public {
        (Book memory book, Results memory results, PublishedClearing memory published) = _trade(0);
        ResultDescent[] memory shown = new ResultDescent[](1);
        shown[0] = _resultOf(book, results, 2);
        bytes32 named = results.clearing.zones[0].lowerOrder;
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeMarginalOrder(published, 0, named, shown);
        _expect(ResultChallenges.Unfounded.selector);
        resultChallenges.challengeMarginalOrder(published, 0, bytes32(uint256(5)), shown);
        shown = new ResultDescent[](0);
        _expect(MarketTrees.NotAbsent.selector);
        resultChallenges.challengeMarginalOrder(published, 0, named, shown);
    }

    function test_marginalOrder_thatNobodyPlaced() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        bytes32 invented = keccak256("invented");
        results.clearing.zones[0].lowerOrder = invented;
        PublishedClearing memory published = _publish(results);
        ResultDescent[] memory gap = _resultGap(results, 0, invented);
        resultChallenges.challengeMarginalOrder(published, 0, invented, gap);
        _checkVoid("invented");
    }

    function test_marginalOrder_thatWasNotCleared() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 1 << 5);
        bytes32 named = book.leaves[_place(book, 5)].order;
        results.clearing.zones[0].upperOrder = named;
        PublishedClearing memory published = _publish(results);
        ResultDescent[] memory shown = new ResultDescent[](1);
        shown[0] = _resultOf(book, results, 5);
        resultChallenges.challengeMarginalOrder(published, 0, named, shown);
        _checkVoid("it was not revealed");
    }

    // Whatever the challenge

    function test_onlyWhatIsPublishedAndNotFinal() public {
        Book memory book = _committed();
        Results memory results = _clear(book, 0);
        results.clearing.zones[1].lower = 140_000;
        results.clearing.zones[1].upper = 260_000;
        PublishedClearing memory published = _publish(results);
        Order memory order = book.orders[_place(book, 3)];
        ResultDescent memory descent = _resultOf(book, results, 3);
        published.publishedBlock += 1;
        _expect(MarketSlots.NotTheClearing.selector);
        resultChallenges.challengePrice(published, 1, descent, order);
        published.publishedBlock -= 1;
        _finalize();
        _expect(MarketSlots.AlreadyFinal.selector);
        resultChallenges.challengePrice(published, 1, descent, order);
        check(market.isFinal(slot, _stamp(published)), "a lie that nobody challenged in time stands");
    }
}
