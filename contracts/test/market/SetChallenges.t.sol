// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Signature} from "../../src/LedgerTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {MarketSlots} from "../../src/market/MarketSlots.sol";
import {ClearingStamp, Order, PublishedClearing, SetDescent, SetLeaf} from "../../src/market/MarketTypes.sol";
import {SetChallenges} from "../../src/market/SetChallenges.sol";
import {MarketTrees} from "../../src/market/libraries/MarketTrees.sol";
import {NodeTrees} from "./NodeTrees.sol";
import {Trading} from "./Trading.sol";

/// @dev A set without what the operator took, with what nobody signed, or out of order falls; an honest one does not.
contract SetChallengesTest is Trading {
    using NodeTrees for NodeTrees.Tree;

    function _without(uint256 household) private view returns (Order[] memory left, Order memory omitted) {
        Order[] memory all = _orders();
        left = new Order[](METERS - 1);
        uint256 count;
        for (uint256 i = 0; i < METERS; ++i) {
            if (i == household) omitted = all[i];
            else left[count++] = all[i];
        }
    }

    /// @dev Whichever is omitted, at the edges of the set too.
    function test_omittedOrder() public {
        for (uint256 household = 0; household < METERS; ++household) {
            (Order[] memory left, Order memory omitted) = _without(household);
            Book memory book = _book(left);
            SetLeaf memory leaf = _seal(omitted);
            Signature memory receipt = _receipt(leaf, 7);
            _commit(book);
            VM.prank(stranger);
            setChallenges.challengeOmittedOrder(book.committed, _noStamp(), leaf, 7, receipt, _setGap(book, leaf.order));
            check(market.setRecords(slot) == market.VOIDED(), "void");
            _refill();
            slot += 1;
        }
    }

    function _refill() private {
        checkEqual(
            market.balanceOf(stranger),
            10 * DEMAND_BOND + SLASH / 2 * (slot - FIRST_SLOT - 7),
            "half is the challenger's"
        );
        VM.prank(operator);
        market.lockBond(SLASH);
    }

    function test_omittedOrder_ofAnEmptySet() public {
        Book memory book = _book(new Order[](0));
        SetLeaf memory leaf = _seal(_orders()[0]);
        Signature memory receipt = _receipt(leaf, 7);
        _commit(book);
        setChallenges.challengeOmittedOrder(book.committed, _noStamp(), leaf, 7, receipt, new SetDescent[](0));
        _checkVoid("empty");
    }

    function test_omittedOrder_unfounded() public {
        (Order[] memory left, Order memory omitted) = _without(2);
        Book memory book = _book(left);
        SetLeaf memory leaf = _seal(omitted);
        Signature memory receipt = _receipt(leaf, 7);
        SetDescent[] memory gap = _setGap(book, leaf.order);
        _commit(book);
        _expect(SetChallenges.Unfounded.selector);
        setChallenges.challengeOmittedOrder(book.committed, _noStamp(), leaf, 8, receipt, gap);
        SetLeaf memory unsigned = _seal(omitted);
        unsigned.signature.r = bytes32(uint256(5));
        _expect(SetChallenges.Unfounded.selector);
        setChallenges.challengeOmittedOrder(book.committed, _noStamp(), unsigned, 7, receipt, gap);
        _expect(MarketTrees.NotAbsent.selector);
        setChallenges.challengeOmittedOrder(book.committed, _noStamp(), leaf, 7, receipt, new SetDescent[](0));
        SetLeaf memory there = book.leaves[1];
        receipt = _receipt(there, 7);
        SetDescent[] memory around = new SetDescent[](2);
        (around[0], around[1]) = (_setLeaf(book, 0), _setLeaf(book, 2));
        _expect(MarketTrees.NotAbsent.selector);
        setChallenges.challengeOmittedOrder(book.committed, _noStamp(), there, 7, receipt, around);
    }

    /// @dev It counts by itself.
    function test_omittedOrder_placedDirectly() public {
        (Order[] memory left, Order memory omitted) = _without(2);
        Book memory book = _book(left);
        SetLeaf memory leaf = _seal(omitted);
        Signature memory receipt = _receipt(leaf, 7);
        orders.placeOrder(leaf, slot);
        _commit(book);
        _expect(SetChallenges.Unfounded.selector);
        setChallenges.challengeOmittedOrder(book.committed, _noStamp(), leaf, 7, receipt, _setGap(book, leaf.order));
    }

    function test_setLeaf_nobodySigned() public {
        Book memory book = _book(_orders());
        book.leaves[3].signature = book.leaves[2].signature;
        _plant(book);
        _commit(book);
        SetDescent memory honest = _setLeaf(book, 2);
        _expect(SetChallenges.Unfounded.selector);
        setChallenges.challengeSetLeaf(book.committed, _noStamp(), honest);
        SetDescent memory other = _setLeaf(book, 3);
        other.leaf = book.leaves[2];
        _expect(MarketTrees.NotTheLeaf.selector);
        setChallenges.challengeSetLeaf(book.committed, _noStamp(), other);
        setChallenges.challengeSetLeaf(book.committed, _noStamp(), _setLeaf(book, 3));
        _checkVoid("a phantom");
    }

    /// @dev The operator had dropped the order of a household that left before the gate; that of one that leaves after it
    /// stands.
    function test_setLeaf_householdLeft() public {
        Book memory book = _book(_orders());
        uint256 place = _place(book, 4);
        uint64 from = terms.gateSlotOf(slot) + 1;
        VM.prank(_household(4));
        registry.leaveCommunity(_meter(4), from);
        _commit(book);
        SetDescent memory descent = _setLeaf(book, place);
        _expect(SetChallenges.Unfounded.selector);
        setChallenges.challengeSetLeaf(book.committed, _noStamp(), descent);
    }

    function test_setLeaf_householdHadLeft() public {
        Book memory book = _book(_orders());
        uint64 from = terms.gateSlotOf(slot);
        VM.prank(_household(4));
        registry.leaveCommunity(_meter(4), from);
        _commit(book);
        setChallenges.challengeSetLeaf(book.committed, _noStamp(), _setLeaf(book, _place(book, 4)));
        _checkVoid("nobody's");
    }

    function test_setOrder() public {
        Book memory book = _book(_orders());
        (book.leaves[1], book.leaves[2]) = (book.leaves[2], book.leaves[1]);
        _plant(book);
        _commit(book);
        (SetDescent memory first, SetDescent memory second) = (_setLeaf(book, 2), _setLeaf(book, 3));
        _expect(SetChallenges.Unfounded.selector);
        setChallenges.challengeSetOrder(book.committed, _noStamp(), first, second);
        _expect(SetChallenges.Unfounded.selector);
        setChallenges.challengeSetOrder(book.committed, _noStamp(), second, first);
        setChallenges.challengeSetOrder(book.committed, _noStamp(), _setLeaf(book, 1), _setLeaf(book, 2));
        _checkVoid("out of order");
    }

    function test_indexBeyondTheLeaves() public {
        Book memory book = _book(_orders());
        _commit(book);
        SetDescent memory beyond = SetDescent(6, book.leaves[0], book.tree.steps(0, 6));
        _expect(SumTree.NoSuchNode.selector);
        setChallenges.challengeSetLeaf(book.committed, _noStamp(), beyond);
    }

    /// @dev Also after the clearing, until it is final; never once the slot fell, or is final.
    function test_untilFinal() public {
        Book memory book = _book(_orders());
        book.leaves[3].signature = book.leaves[2].signature;
        _plant(book);
        _commit(book);
        PublishedClearing memory published = _publish(_clear(book, 0));
        SetDescent memory phantom = _setLeaf(book, 3);
        _expect(MarketSlots.NotTheClearing.selector);
        setChallenges.challengeSetLeaf(book.committed, _noStamp(), phantom);
        ClearingStamp memory stamp = _stamp(published);
        _finalize();
        _expect(MarketSlots.AlreadyFinal.selector);
        setChallenges.challengeSetLeaf(book.committed, stamp, phantom);
        VM.warp(block.timestamp - 1);
        setChallenges.challengeSetLeaf(book.committed, stamp, phantom);
        _checkVoid("in time");
        _expect(MarketSlots.NotTheSet.selector);
        setChallenges.challengeSetLeaf(book.committed, stamp, phantom);
        check(!market.isFinal(slot, stamp), "a void is for good");
    }

    function test_otherSetIsRefused() public {
        Book memory book = _book(_orders());
        _commit(book);
        SetDescent memory descent = _setLeaf(book, 0);
        book.committed.root = bytes32(uint256(1));
        _expect(MarketSlots.NotTheSet.selector);
        setChallenges.challengeSetLeaf(book.committed, _noStamp(), descent);
    }
}
