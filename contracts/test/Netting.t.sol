// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Anchor, Inclusion, Opening, Published, Reading} from "../src/LedgerTypes.sol";
import {MeterLedger} from "../src/MeterLedger.sol";
import {Netting} from "../src/Netting.sol";
import {DirectInclusion} from "../src/DirectInclusion.sol";
import {Statements} from "../src/ledger/Statements.sol";
import {BN254} from "../src/libraries/BN254.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Community} from "./Community.sol";
import {Trees} from "./Trees.sol";

/// @dev Opens any two sums: what the arithmetic of netting does with them.
contract OpenedNetting is Netting {
    constructor(MeterLedger ledger_) Netting(ledger_, 1, 1, 3) {}

    function openTo(uint64 slot, uint64 withdrawal, uint64 feedIn) external {
        sums[slot] = Sums(withdrawal, feedIn, true);
    }
}

/// @dev Two sums are opened, everybody's share follows.
contract NettingTest is Community {
    using Trees for Trees.Tree;

    Netting.Side private constant WITHDRAWAL = Netting.Side.Withdrawal;
    Netting.Side private constant FEED_IN = Netting.Side.FeedIn;

    function _final() private returns (Published memory published, Trees.Tree memory tree) {
        tree = _tree(slot);
        published = _publish(tree, slot);
        _finalize();
    }

    function test_open_fixesTheShares() public {
        (Published memory published,) = _final();
        _open(published);
        (uint64 withdrawal, uint64 feedIn, bool opened) = netting.sums(slot);
        checkEqual(withdrawal, 1542, "D");
        checkEqual(feedIn, 550, "S");
        check(opened, "opened");
        checkEqual(netting.weightOf(slot, FEED_IN), netting.ONE(), "the smaller side is wholly inside");
        checkEqual(netting.weightOf(slot, WITHDRAWAL), uint256(550) * 2 ** 32 / 1542, "w");
        checkEqual(
            netting.remainderOf(slot), uint256(550) * 2 ** 32 - 1542 * netting.weightOf(slot, WITHDRAWAL), "remainder"
        );
    }

    function test_open_onlyOnce() public {
        (Published memory published,) = _final();
        _open(published);
        Opening memory w = _sumOpening(slot, 1, METERS);
        Opening memory f = _sumOpening(slot, 3, METERS);
        _expect(Netting.AlreadyOpened.selector);
        netting.open(published, w, f);
    }

    function test_open_notBeforeFinality() public {
        Published memory published = _publish(_tree(slot), slot);
        Opening memory w = _sumOpening(slot, 1, METERS);
        Opening memory f = _sumOpening(slot, 3, METERS);
        _expect(Statements.NotFinal.selector);
        netting.open(published, w, f);
    }

    function test_open_notAfterItsWindow() public {
        (Published memory published,) = _final();
        Opening memory w = _sumOpening(slot, 1, METERS);
        Opening memory f = _sumOpening(slot, 3, METERS);
        _pass(86_400, 5760);
        _expect(Netting.OpeningWindowOver.selector);
        netting.open(published, w, f);
    }

    function test_open_afterAHaltOfTheChain() public {
        (Published memory published,) = _final();
        _pass(30 days, 5759);
        _open(published);
    }

    function _refuse(Published memory published, Opening memory w, Opening memory f) private {
        VM.expectRevert();
        netting.open(published, w, f);
        (,, bool opened) = netting.sums(slot);
        check(!opened, "nothing changed");
    }

    function test_open_onlyWhatOpensTheSums(uint256 noise) public {
        VM.assume(noise != 0);
        (Published memory published,) = _final();
        Opening memory w = _sumOpening(slot, 1, METERS);
        Opening memory f = _sumOpening(slot, 3, METERS);
        _refuse(published, Opening(w.value ^ noise, w.blinding), f);
        _refuse(published, Opening(w.value, w.blinding ^ noise), f);
        _refuse(published, w, Opening(f.value ^ noise, f.blinding));
        _refuse(published, w, Opening(f.value, f.blinding ^ noise));
        _refuse(published, f, w);
    }

    function test_open_refusesSumsThatWentBelowZero() public {
        (Published memory published,) = _final();
        Opening memory w = _sumOpening(slot, 1, METERS);
        Opening memory f = _sumOpening(slot, 3, METERS);
        _refuse(published, Opening(w.value + BN254.ORDER, w.blinding), f);
        _refuse(published, Opening(w.value, w.blinding + BN254.ORDER), f);
        _refuse(published, Opening(BN254.ORDER - 1, w.blinding), f);
    }

    function test_open_onlyWithEnoughOwners() public {
        Published memory published = _publish(Trees.build(_leaves(slot, 2), address(ledger)), slot);
        _finalize();
        Opening memory w = _sumOpening(slot, 1, 2);
        Opening memory f = _sumOpening(slot, 3, 2);
        _expect(Netting.TooFewOwners.selector);
        netting.open(published, w, f);
    }

    function test_minimumOwnersIsNeverBelowThree() public {
        _expect(Netting.InvalidParameter.selector);
        new Netting(ledger, 1, 1, 2);
        _expect(Netting.InvalidParameter.selector);
        new Netting(ledger, 0, 1, 3);
    }

    function test_nothingIsKnownBeforeTheOpening() public {
        (Published memory published, Trees.Tree memory tree) = _final();
        Anchor memory anchor = _anchor(tree, 0, published);
        _expect(Netting.NotOpened.selector);
        netting.weightOf(slot, FEED_IN);
        _expect(Netting.NotOpened.selector);
        netting.remainderOf(slot);
        _expect(Netting.NotOpened.selector);
        netting.verifyShare(anchor, FEED_IN, Opening(0, 0));
    }

    function test_verifyShare_ofEveryLeaf() public {
        (Published memory published, Trees.Tree memory tree) = _final();
        _open(published);
        uint256[2] memory inside;
        for (uint256 i = 0; i < METERS; ++i) {
            for (uint256 side = 0; side < 2; ++side) {
                uint256 register = 1 + 2 * side;
                Opening memory opening = Opening(_energy(i, register), _blinding(i, slot, register));
                (uint256 in_, uint256 out) =
                    netting.verifyShare(_anchor(tree, i, published), Netting.Side(side), opening);
                checkEqual(in_ + out, opening.value * 2 ** 32, "inside and outside add up");
                inside[side] += in_;
            }
        }
        checkEqual(inside[1], uint256(550) * 2 ** 32, "the smaller side is inside");
        checkEqual(inside[0] + netting.remainderOf(slot), inside[1], "the larger side, but for the remainder");
    }

    function test_verifyShare_refusesWhatIsNotTrue() public {
        (Published memory published, Trees.Tree memory tree) = _final();
        _open(published);
        Anchor memory anchor = _anchor(tree, 2, published);
        Opening memory opening = Opening(_energy(2, 1), _blinding(2, slot, 1));
        _expect(Netting.WrongOpening.selector);
        netting.verifyShare(anchor, WITHDRAWAL, Opening(opening.value + 1, opening.blinding));
        _expect(Netting.WrongOpening.selector);
        netting.verifyShare(anchor, FEED_IN, opening);
        anchor.leaf = tree.leaves[3];
        _expect(SumTree.NotIncluded.selector);
        netting.verifyShare(anchor, WITHDRAWAL, opening);
        anchor = _anchor(tree, 2, published);
        anchor.published.publishedAt += 1;
        _expect(Statements.NotFinal.selector);
        netting.verifyShare(anchor, WITHDRAWAL, opening);
    }

    function test_verifyShare_ofADirectInclusion() public {
        Published memory published = _publish(Trees.build(_leaves(slot, 4), address(ledger)), slot);
        _fund(devices[4].household, DEPOSIT);
        Reading memory reading = _first(4, slot);
        Anchor memory anchor;
        anchor.inclusion = _include(4, reading, published);
        (anchor.published, anchor.leaf.reading) = (published, reading);
        _finalize();
        netting.open(published, _sumOpening(slot, 1, 5), _sumOpening(slot, 3, 5));
        Opening memory opening = Opening(_energy(4, 3), _blinding(4, slot, 3));
        (uint256 inside,) = netting.verifyShare(anchor, FEED_IN, opening);
        checkEqual(inside, _energy(4, 3) * 2 ** 32, "inside");
        anchor.leaf.reading.revision += 1;
        _expect(DirectInclusion.NotDirectlyIncluded.selector);
        netting.verifyShare(anchor, FEED_IN, opening);
        anchor.leaf.reading.slot -= 1;
        _expect(DirectInclusion.NotDirectlyIncluded.selector);
        netting.verifyShare(anchor, FEED_IN, opening);
    }

    // The arithmetic

    /// forge-config: default.fuzz.runs = 512
    function test_shares_addUpAndNeverExceedTheMatched(uint64 seed, uint32[8] calldata xs) public {
        OpenedNetting any = new OpenedNetting(ledger);
        uint64 own;
        for (uint256 i = 0; i < xs.length; ++i) {
            own += xs[i];
        }
        uint64 other = uint64(within(seed, 0, 2 * uint256(own) + 1));
        any.openTo(1, own, other);
        uint256 matched = own < other ? own : other;
        uint256 inside;
        uint256 wholeInside;
        for (uint256 i = 0; i < xs.length; ++i) {
            (uint256 in_, uint256 out) = any.shareOf(1, WITHDRAWAL, xs[i]);
            checkEqual(in_ + out, uint256(xs[i]) << 32, "x is inside or outside");
            inside += in_;
            wholeInside += in_ >> 32;
        }
        check(inside <= matched << 32, "not more than is matched");
        check(wholeInside <= matched, "nor in whole Wh");
        check((matched << 32) - inside < (own == 0 ? 1 : own), "the remainder is below the larger side");
        if (own > other) checkEqual(any.remainderOf(1), (matched << 32) - inside, "the remainder is public");
    }

    /// forge-config: default.fuzz.runs = 512
    function test_shares_ofTheLargestSums(uint64 d, uint64 s) public {
        OpenedNetting any = new OpenedNetting(ledger);
        any.openTo(1, d, s);
        (uint256 inside, uint256 outside) = any.shareOf(1, WITHDRAWAL, d);
        checkEqual(inside + outside, uint256(d) << 32, "adds up");
        check(inside <= uint256(d < s ? d : s) << 32, "matched");
    }

    /// @dev What the prototype of BloGPV accepted (shared/facts/ledger.md) is not what the rule gives: withdrawals and
    /// feed-ins, and what was claimed of them to be outside the community.
    function test_wrongResultsOfThePrototypeAreRejected() public {
        _checkRejected([uint64(150), 0, 0], [uint64(100), 0, 0], [uint64(0), 0, 0], [uint64(50), 0, 0]);
        _checkRejected([uint64(100), 100, 0], [uint64(200), 100, 0], [uint64(0), 0, 0], [uint64(100), 0, 0]);
        _checkRejected([uint64(50), 50, 50], [uint64(30), 30, 0], [uint64(0), 0, 90], [uint64(0), 0, 0]);
    }

    function _checkRejected(
        uint64[3] memory withdrawals,
        uint64[3] memory feedIns,
        uint64[3] memory claimedWithdrawals,
        uint64[3] memory claimedFeedIns
    ) private {
        OpenedNetting any = new OpenedNetting(ledger);
        any.openTo(1, withdrawals[0] + withdrawals[1] + withdrawals[2], feedIns[0] + feedIns[1] + feedIns[2]);
        bool differs;
        uint256 outsideWithdrawals;
        for (uint256 i = 0; i < 3; ++i) {
            (, uint256 outside) = any.shareOf(1, WITHDRAWAL, withdrawals[i]);
            differs = differs || outside >> 32 != claimedWithdrawals[i];
            outsideWithdrawals += outside >> 32;
            (, outside) = any.shareOf(1, FEED_IN, feedIns[i]);
            differs = differs || outside >> 32 != claimedFeedIns[i];
        }
        check(differs, "the claim is not the rule's result");
        check(outsideWithdrawals <= withdrawals[0] + withdrawals[1] + withdrawals[2], "no sign flips");
    }
}
