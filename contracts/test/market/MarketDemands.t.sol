// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../../src/ledger/Accounts.sol";
import {InclusionProof} from "../../src/LedgerTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {MarketDemands} from "../../src/market/MarketDemands.sol";
import {MarketSlots} from "../../src/market/MarketSlots.sol";
import {ClearingStamp, PublishedClearing} from "../../src/market/MarketTypes.sol";
import {NodeTrees} from "./NodeTrees.sol";
import {Trading} from "./Trading.sol";

/// @dev Who is refused the leaves gets them on chain, or the slot's market falls.
contract MarketDemandsTest is Trading {
    using NodeTrees for NodeTrees.Tree;

    MarketDemands.MarketTree private constant SET = MarketDemands.MarketTree.OrderSet;
    MarketDemands.MarketTree private constant RESULTS = MarketDemands.MarketTree.Results;

    function test_setLeaf_answered() public {
        Book memory book = _book(_orders());
        _commit(book);
        VM.prank(stranger);
        demands.demandSetLeaf(book.committed, _noStamp(), 2);
        checkEqual(market.heldBy(address(demands)), DEMAND_BOND, "held");
        VM.prank(operator);
        demands.answerSetLeaf(book.committed, book.leaves[2], book.tree.prove(2));
        checkEqual(market.balanceOf(operator), 9 * BOND + DEMAND_BOND, "earned");
        InclusionProof memory proof = book.tree.prove(2);
        _expect(MarketDemands.NotDemanded.selector);
        demands.answerSetLeaf(book.committed, book.leaves[2], proof);
        VM.prank(stranger);
        _expect(MarketDemands.AlreadyDemanded.selector);
        demands.demandSetLeaf(book.committed, _noStamp(), 2);
    }

    function test_setLeaf_refused() public {
        Book memory book = _book(_orders());
        _commit(book);
        VM.startPrank(stranger);
        _expect(MarketDemands.NothingToDemand.selector);
        demands.demandSetLeaf(book.committed, _noStamp(), 6);
        VM.stopPrank();
        _expect(Accounts.InsufficientBalance.selector);
        demands.demandSetLeaf(book.committed, _noStamp(), 0);
        InclusionProof memory proof = book.tree.prove(0);
        _expect(MarketDemands.NotDemanded.selector);
        demands.answerSetLeaf(book.committed, book.leaves[0], proof);
        _expect(SumTree.NotIncluded.selector);
        demands.answerSetLeaf(book.committed, book.leaves[1], proof);
        proof.index = 6;
        _expect(SumTree.NoSuchNode.selector);
        demands.answerSetLeaf(book.committed, book.leaves[0], proof);
        book.committed.count = 5;
        _expect(MarketSlots.NotTheSet.selector);
        demands.demandSetLeaf(book.committed, _noStamp(), 0);
    }

    function test_setLeaf_unanswered() public {
        Book memory book = _book(_orders());
        _commit(book);
        VM.prank(stranger);
        demands.demandSetLeaf(book.committed, _noStamp(), 2);
        PublishedClearing memory published = _publish(_clear(book, 0));
        ClearingStamp memory stamp = _stamp(published);
        _expect(MarketDemands.AnswerWindowOpen.selector);
        demands.voidUnanswered(slot, stamp, SET, 0, 2);
        VM.roll(block.number + 60);
        InclusionProof memory proof = book.tree.prove(2);
        _expect(MarketDemands.AnswerWindowOver.selector);
        demands.answerSetLeaf(book.committed, book.leaves[2], proof);
        _finalize();
        check(!market.isFinal(slot, stamp), "nothing is final while a demand is open");
        demands.voidUnanswered(slot, stamp, SET, 0, 2);
        _checkVoid("unanswered");
        checkEqual(market.balanceOf(stranger), 10 * DEMAND_BOND + SLASH / 2, "bond and reward");
        _expect(MarketDemands.NotDemanded.selector);
        demands.voidUnanswered(slot, stamp, SET, 0, 2);
    }

    function test_result_answered_keepsTheSlotOpen() public {
        (, Results memory results, PublishedClearing memory published) = _trade(0);
        _pass(3000, 200);
        VM.startPrank(stranger);
        demands.demandResult(published, 0, 1);
        demands.demandResult(published, 1, 0);
        VM.stopPrank();
        demands.answerResult(published, 0, results.leaves[0][1], results.trees[0].prove(1));
        demands.answerResult(published, 1, results.leaves[1][0], results.trees[1].prove(0));
        _pass(600, 59);
        check(!market.isFinal(slot, _stamp(published)), "an answer may show something");
        _pass(300, 1);
        check(market.isFinal(slot, _stamp(published)), "final");
        VM.prank(stranger);
        _expect(MarketDemands.DemandWindowOver.selector);
        demands.demandResult(published, 0, 0);
    }

    function test_result_noPaddingInAFullTree() public {
        Book memory book = _book(_orders());
        _commit(book);
        Results memory results = _clear(book, 0);
        checkEqual(results.leaves[0].length, 4, "zone 1 is full");
        PublishedClearing memory published = _publish(results);
        VM.startPrank(stranger);
        _expect(MarketDemands.NothingToDemand.selector);
        demands.demandResult(published, 0, 4);
        VM.stopPrank();
        InclusionProof memory proof = results.trees[0].prove(0);
        _expect(SumTree.NoSuchNode.selector);
        demands.answerResultPadding(published, 0, proof);
    }

    function test_result_paddingShown() public {
        Book memory book = _book(_fiveOrders());
        _commit(book);
        Results memory results = _clear(book, 0);
        PublishedClearing memory published = _publish(results);
        VM.prank(stranger);
        demands.demandResult(published, 0, 3);
        InclusionProof memory proof = results.trees[0].prove(3);
        _expect(SumTree.NoSuchNode.selector);
        demands.answerResult(published, 0, results.leaves[0][0], proof);
        demands.answerResultPadding(published, 0, proof);
        checkEqual(market.heldBy(address(demands)), 0, "settled");
    }

    function test_result_unanswered() public {
        (, Results memory results, PublishedClearing memory published) = _trade(0);
        VM.prank(stranger);
        demands.demandResult(published, 1, 1);
        _pass(900, 60);
        InclusionProof memory proof = results.trees[1].prove(1);
        _expect(MarketDemands.AnswerWindowOver.selector);
        demands.answerResult(published, 1, results.leaves[1][1], proof);
        demands.voidUnanswered(slot, _stamp(published), RESULTS, 2, 1);
        _checkVoid("unanswered");
    }

    function test_result_notForEver() public {
        (,, PublishedClearing memory published) = _trade(0);
        VM.startPrank(stranger);
        VM.warp(block.timestamp + 28_800);
        _expect(MarketDemands.DemandWindowOver.selector);
        demands.demandResult(published, 0, 1);
        VM.stopPrank();
        published.publishedAt += 1;
        _expect(MarketSlots.NotTheClearing.selector);
        demands.demandResult(published, 0, 1);
    }

    /// @dev A slot that never got its clearing slashes nobody; the bond comes back.
    function test_reclaim_whereThereIsNoMarketAnyMore() public {
        Book memory book = _book(_orders());
        _commit(book);
        VM.prank(stranger);
        demands.demandSetLeaf(book.committed, _noStamp(), 2);
        _expect(MarketDemands.AnswerWindowOpen.selector);
        demands.reclaimBond(slot, SET, 0, 2);
        VM.warp(market.publishUntil(slot));
        VM.roll(block.number + 60);
        _expect(MarketSlots.NotTheSet.selector);
        demands.voidUnanswered(slot, _noStamp(), SET, 0, 2);
        demands.reclaimBond(slot, SET, 0, 2);
        checkEqual(market.balanceOf(stranger), 10 * DEMAND_BOND, "back");
        _expect(MarketDemands.NotDemanded.selector);
        demands.reclaimBond(slot, SET, 0, 2);
    }

    function test_constructorRefusesWhatABondCouldEscape() public {
        _deployMarketFor(VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + 1));
        _expect(MarketDemands.InvalidParameter.selector);
        this.create("MarketDemands", abi.encode(market, 1, uint64(3599)));
    }

    function test_constructorRefusesDemandsForMonths() public {
        _deployMarketFor(VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + 1));
        _expect(MarketDemands.InvalidParameter.selector);
        this.create("MarketDemands", abi.encode(market, 1, uint64(30 days)));
    }
}
