// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Challenges} from "../src/Challenges.sol";
import {Anchor, Leaf, LeafDescent, Node, Published, Reading, Signature, Statement, Step} from "../src/LedgerTypes.sol";
import {Statements} from "../src/ledger/Statements.sol";
import {BN254} from "../src/libraries/BN254.sol";
import {Messages} from "../src/libraries/Messages.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Community} from "./Community.sol";
import {Trees} from "./Trees.sol";

/// @dev A lying operator is brought down by anybody; a true statement by nobody.
contract ChallengesTest is Community {
    using Trees for Trees.Tree;

    function _checkVoid() private view {
        check(!ledger.hasStatement(slot), "the statement fell");
        checkEqual(ledger.balanceOf(stranger), SLASH / 2, "the challenger is rewarded");
    }

    // Nodes

    function _challengeNode(Trees.Tree memory tree, Published memory published, uint256 level, uint256 index) private {
        VM.prank(stranger);
        challenges.challengeNode(published, level, index, tree.stepsInto(level, index));
    }

    function test_challengeNode_trueNodesStand() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        for (uint256 level = 1; level <= 3; ++level) {
            for (uint256 index = 0; index < 2 ** (3 - level); ++index) {
                _expect(Challenges.Unfounded.selector);
                _challengeNode(tree, published, level, index);
            }
        }
    }

    function test_challengeNode_wrongSumAtTheRoot() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[3][0].sums = tree.levels[2][0].sums;
        Published memory published = _publish(tree, slot);
        _challengeNode(tree, published, 3, 0);
        _checkVoid();
    }

    function test_challengeNode_wrongSumInside(uint256 seed) public {
        Trees.Tree memory tree = _tree(slot);
        uint256 level = within(seed, 1, 2);
        uint256 index = within(seed >> 8, 0, 2 ** (3 - level) - 1);
        BN254.Point memory wrong = BN254.multiply(BN254.generator(), within(seed >> 16, 1, type(uint128).max));
        uint256 side = seed >> 255;
        (tree.levels[level][index].sums[2 * side], tree.levels[level][index].sums[2 * side + 1]) = (wrong.x, wrong.y);
        tree.rebuild(level + 1);
        Published memory published = _publish(tree, slot);
        _challengeNode(tree, published, level, index);
        _checkVoid();
    }

    function test_challengeNode_wrongCounts() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[1][0].feedInOwners += 1;
        tree.rebuild(2);
        _challengeNode(tree, _publish(tree, slot), 1, 0);
        _checkVoid();
    }

    function test_challengeNode_overflowingCounts() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[1][0].withdrawalOwners = type(uint32).max;
        tree.rebuild(2);
        tree.levels[3][0] = _lie(tree.levels[3][0]);
        _challengeNode(tree, _publish(tree, slot), 2, 0);
        _checkVoid();
    }

    /// @dev Sums that a lying operator states where true ones cannot be derived.
    function _lie(Node memory root) private pure returns (Node memory) {
        root.sums = [uint256(1), 2, 1, 2];
        (root.withdrawalOwners, root.feedInOwners) = (3, 3);
        return root;
    }

    function test_challengeNode_offCurvePointIsAFinding(uint256 x, uint256 y, uint8 which) public {
        VM.assume(!BN254.isValid(BN254.Point(x, y)));
        Trees.Tree memory tree = _tree(slot);
        Node memory node = tree.levels[0][which % 8];
        if (which & 8 == 0) (node.sums[0], node.sums[1]) = (x, y);
        else (node.sums[2], node.sums[3]) = (x, y);
        tree.rebuild(1);
        for (uint256 level = 1; level < 3; ++level) {
            tree.levels[level][(which % 8) >> level].sums = [uint256(1), 2, 1, 2];
            tree.rebuild(level + 1);
        }
        tree.levels[3][0] = _lie(tree.levels[3][0]);
        _challengeNode(tree, _publish(tree, slot), 1, (which % 8) >> 1);
        _checkVoid();
    }

    function test_challengeNode_refusesAForeignStep() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        Step[] memory steps = tree.stepsInto(1, 2);
        steps[1].left.withdrawalOwners += 1;
        _expect(SumTree.WrongStep.selector);
        challenges.challengeNode(published, 1, 2, steps);
        steps = tree.stepsInto(1, 2);
        steps[2].right.hash = bytes32(uint256(1));
        _expect(SumTree.WrongStep.selector);
        challenges.challengeNode(published, 1, 2, steps);
    }

    function test_challengeNode_refusesWhatIsNoNode() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        Step[] memory steps = tree.stepsInto(3, 0);
        _expect(SumTree.NoSuchNode.selector);
        challenges.challengeNode(published, 0, 0, steps);
        _expect(SumTree.NoSuchNode.selector);
        challenges.challengeNode(published, 4, 0, steps);
        _expect(SumTree.NoSuchNode.selector);
        challenges.challengeNode(published, 3, 1, steps);
        _expect(SumTree.WrongPathLength.selector);
        challenges.challengeNode(published, 2, 0, steps);
        _expect(SumTree.WrongPathLength.selector);
        challenges.challengeNode(published, 3, 0, tree.stepsInto(2, 0));
        _expect(SumTree.WrongPathLength.selector);
        challenges.challengeNode(published, 1, 0, new Step[](1));
    }

    // Padding

    function test_challengePadding_trueLeavesAndPaddingStand() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        for (uint256 index = 0; index < 8; ++index) {
            _expect(Challenges.Unfounded.selector);
            challenges.challengePadding(published, index, tree.steps(0, index));
        }
        Step[] memory steps = tree.steps(0, 0);
        _expect(SumTree.NoSuchNode.selector);
        challenges.challengePadding(published, 8, steps);
    }

    function _challengePadding(Trees.Tree memory tree, uint256 index) private {
        tree.rebuild(1);
        Published memory published = _publish(tree, slot);
        VM.prank(stranger);
        challenges.challengePadding(published, index, tree.steps(0, index));
        _checkVoid();
    }

    function test_challengePadding_phantomLeaf() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[0][7] = tree.levels[0][0];
        _challengePadding(tree, 7);
    }

    function test_challengePadding_paddingWithSums() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[0][6].sums = tree.levels[0][0].sums;
        _challengePadding(tree, 6);
    }

    function test_challengePadding_droppedLeaf() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[0][2] = SumTree.emptyLeaf();
        _challengePadding(tree, 2);
    }

    // Leaves

    function test_challengeLeaf_trueLeavesStand() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        for (uint256 index = 0; index < METERS; ++index) {
            _expect(Challenges.Unfounded.selector);
            challenges.challengeLeaf(published, tree.descent(index));
        }
        LeafDescent memory descent = tree.descent(0);
        descent.index = uint32(METERS);
        _expect(SumTree.NoSuchNode.selector);
        challenges.challengeLeaf(published, descent);
    }

    function test_challengeLeaf_laterReadingsStand() public {
        Leaf[] memory before = _leaves(slot - 1, METERS);
        Trees.Tree memory tree = Trees.build(_nextLeaves(before, slot), address(ledger));
        Published memory published = _publish(tree, slot);
        for (uint256 index = 0; index < METERS; ++index) {
            _expect(Challenges.Unfounded.selector);
            challenges.challengeLeaf(published, tree.descent(index));
            _expect(Challenges.Unfounded.selector);
            challenges.challengeRegister(published, tree.descent(index), before[index].reading);
        }
    }

    function test_challengeLeaf_refusesAnotherLeaf() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        LeafDescent memory descent = tree.descent(1);
        descent.leaf.owners = 1;
        _expect(Challenges.NotTheLeaf.selector);
        challenges.challengeLeaf(published, descent);
    }

    /// @dev Publishes the leaves with `wrong` at its place and challenges it.
    function _challengeLeaf(uint256 index, Leaf memory wrong) private {
        Leaf[] memory leaves = _leaves(slot, METERS);
        leaves[index] = wrong;
        _challengeLeaf(index, Trees.build(leaves, address(ledger)));
    }

    function _challengeLeaf(uint256 index, Trees.Tree memory tree) private {
        Node memory root = tree.levels[3][0];
        if (!SumTree.hasValidPoints(root) || root.withdrawalOwners == 0) tree.levels[3][0] = _lie(root);
        Published memory published = _publish(tree, slot);
        VM.prank(stranger);
        challenges.challengeLeaf(published, tree.descent(index));
        _checkVoid();
    }

    function test_challengeLeaf_statedSumsAreNotItsOwn() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[0][1].sums = tree.levels[0][2].sums;
        tree.rebuild(1);
        _challengeLeaf(1, tree);
    }

    function test_challengeLeaf_statedCountsAreNotItsOwn() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[0][5].withdrawalOwners = 1;
        tree.rebuild(1);
        _challengeLeaf(5, tree);
    }

    function test_challengeLeaf_ownersOutOfRange() public {
        _challengeLeaf(1, _leaf(1, _first(1, slot), 4));
    }

    function test_challengeLeaf_ownerWithoutPlant() public {
        _challengeLeaf(5, _leaf(5, _first(5, slot), 2));
    }

    function test_challengeLeaf_anotherSlot() public {
        _challengeLeaf(3, _leaf(3, _first(3, slot - 1), 3));
    }

    function test_challengeLeaf_unknownMeter() public {
        Reading memory reading = _first(0, slot);
        reading.meter = bytes32(uint256(1));
        _challengeLeaf(0, _leaf(0, reading, 3));
    }

    function test_challengeLeaf_anotherMetersKey() public {
        Reading memory reading = _first(0, slot);
        reading.key = _first(2, slot).key;
        _challengeLeaf(0, _leaf(2, reading, 3));
    }

    function test_challengeLeaf_forgedSignature(bytes32 r, bytes32 s, uint8 v, uint8 device) public {
        uint256 index = device % METERS;
        _challengeLeaf(index, Leaf(_first(index, slot), _owners(index), Signature(r, s, v)));
    }

    function test_challengeLeaf_highS() public {
        Leaf memory leaf = _leaf(0, _first(0, slot), 3);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        leaf.signature.s = bytes32(order - uint256(leaf.signature.s));
        leaf.signature.v = 55 - leaf.signature.v;
        _challengeLeaf(0, leaf);
    }

    function test_challengeLeaf_offCurvePointIsAFinding(uint256 x, uint256 y, uint8 which) public {
        VM.assume(!BN254.isValid(BN254.Point(x, y)));
        Reading memory reading = _first(1, slot);
        _setPoint(reading, which % 8, BN254.Point(x, y));
        Trees.Tree memory tree = _treeWith(1, _leaf(1, reading, 3));
        _challengeLeaf(1, tree);
    }

    /// @dev A tree over a leaf whose sums may be no points: the operator states others above it.
    function _treeWith(uint256 index, Leaf memory wrong) private view returns (Trees.Tree memory tree) {
        Leaf[] memory leaves = _leaves(slot, METERS);
        leaves[index] = wrong;
        tree = Trees.build(leaves, address(ledger));
        for (uint256 level = 1; level < 3; ++level) {
            tree.levels[level][index >> level].sums = [uint256(1), 2, 1, 2];
            tree.rebuild(level + 1);
        }
        tree.levels[3][0] = _lie(tree.levels[3][0]);
    }

    function test_challengeLeaf_previousSlotIsNotEarlier() public {
        Reading memory reading = _read(2, slot, _first(2, slot));
        _challengeLeaf(2, _leaf(2, reading, 3));
    }

    function test_challengeLeaf_firstWithPreviousSlot() public {
        Reading memory reading = _first(2, slot);
        reading.previousSlot = 1;
        _challengeLeaf(2, _leaf(2, reading, 3));
    }

    function test_challengeLeaf_firstWithForeignRegisters(uint8 which) public {
        Reading memory reading = _first(2, slot);
        uint256 register = 5 + which % 3;
        _setPoint(reading, register, BN254.add(Messages.point(reading, register), BN254.generator()));
        _challengeLeaf(2, _leaf(2, reading, 3));
    }

    // Two leaves

    function test_challengeOrder_trueOrderStands() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        LeafDescent memory first = tree.descent(1);
        LeafDescent memory second = tree.descent(2);
        _expect(Challenges.Unfounded.selector);
        challenges.challengeOrder(published, first, second);
        _expect(Challenges.Unfounded.selector);
        challenges.challengeOrder(published, second, first);
        _expect(Challenges.Unfounded.selector);
        challenges.challengeOrder(published, first, first);
    }

    function _challengeOrder(Leaf[] memory leaves, uint256 index) private {
        Trees.Tree memory tree = Trees.build(leaves, address(ledger));
        Published memory published = _publish(tree, slot);
        VM.prank(stranger);
        challenges.challengeOrder(published, tree.descent(index), tree.descent(index + 1));
        _checkVoid();
    }

    function test_challengeOrder_swapped() public {
        Leaf[] memory leaves = _leaves(slot, METERS);
        (leaves[2], leaves[3]) = (leaves[3], leaves[2]);
        _challengeOrder(leaves, 2);
    }

    function test_challengeOrder_doubledMeter() public {
        Leaf[] memory leaves = _leaves(slot, METERS);
        leaves[4] = leaves[3];
        _challengeOrder(leaves, 3);
    }

    function test_challengeOwner_trueOwnersStand() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        for (uint8 side = 0; side < 3; ++side) {
            _expect(Challenges.Unfounded.selector);
            challenges.challengeOwner(published, tree.descent(0), tree.descent(5), side);
            _expect(Challenges.Unfounded.selector);
            challenges.challengeOwner(published, tree.descent(0), tree.descent(1), side);
            _expect(Challenges.Unfounded.selector);
            challenges.challengeOwner(published, tree.descent(0), tree.descent(0), side);
        }
    }

    function test_challengeOwner_householdCountedTwice(bool feedIn) public {
        Leaf[] memory leaves = _leaves(slot, METERS);
        leaves[5] = _leaf(5, leaves[5].reading, feedIn ? 2 : 1);
        Trees.Tree memory tree = Trees.build(leaves, address(ledger));
        Published memory published = _publish(tree, slot);
        VM.prank(stranger);
        challenges.challengeOwner(published, tree.descent(5), tree.descent(0), feedIn ? 1 : 0);
        _checkVoid();
    }

    // Registers

    function _challengeRegister(Reading memory previous, Reading memory reading) private {
        Trees.Tree memory tree = _treeWith(4, _leaf(4, reading, 3));
        Published memory published = _publish(tree, slot);
        VM.prank(stranger);
        challenges.challengeRegister(published, tree.descent(4), previous);
        _checkVoid();
    }

    function test_challengeRegister_registersDoNotContinue(uint8 which) public {
        Reading memory previous = _first(4, slot - 1);
        Reading memory reading = _read(4, slot, previous);
        uint256 register = 5 + which % 3;
        _setPoint(reading, register, BN254.add(Messages.point(reading, register), BN254.generator()));
        _challengeRegister(previous, reading);
    }

    function test_challengeRegister_previousOfAnotherMeter() public {
        Reading memory previous = _first(3, slot - 1);
        _challengeRegister(previous, _read(4, slot, previous));
    }

    function test_challengeRegister_previousSlotIsNotThePreviousOnes() public {
        Reading memory previous = _first(4, slot - 1);
        Reading memory reading = _read(4, slot, previous);
        reading.previousSlot -= 1;
        _challengeRegister(previous, reading);
    }

    function test_challengeRegister_offCurvePointInThePreviousIsAFinding(uint256 x, uint256 y, uint8 which) public {
        VM.assume(!BN254.isValid(BN254.Point(x, y)));
        Reading memory previous = _first(4, slot - 1);
        Reading memory reading = _read(4, slot, previous);
        _setPoint(previous, which % 8, BN254.Point(x, y));
        reading.previous = Messages.hashReading(previous);
        _challengeRegister(previous, reading);
    }

    function test_challengeRegister_refusesAnotherReading() public {
        Leaf[] memory before = _leaves(slot - 1, METERS);
        Trees.Tree memory tree = Trees.build(_nextLeaves(before, slot), address(ledger));
        Published memory published = _publish(tree, slot);
        _expect(Challenges.NotThePrevious.selector);
        challenges.challengeRegister(published, tree.descent(1), before[2].reading);
    }

    function test_challengeRestart() public {
        Trees.Tree memory before = _tree(slot - 1);
        Published memory earlier = _publish(before, slot - 1);
        _finalize();
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        Anchor memory anchor = _anchor(before, 2, earlier);
        _expect(Challenges.Unfounded.selector);
        challenges.challengeRestart(published, tree.descent(1), anchor);
        VM.prank(stranger);
        challenges.challengeRestart(published, tree.descent(2), anchor);
        _checkVoid();
    }

    function test_challengeRestart_continuedReadingStands() public {
        Trees.Tree memory before = _tree(slot - 1);
        Published memory earlier = _publish(before, slot - 1);
        _finalize();
        Trees.Tree memory tree = Trees.build(_nextLeaves(before.leaves, slot), address(ledger));
        Published memory published = _publish(tree, slot);
        _expect(Challenges.Unfounded.selector);
        challenges.challengeRestart(published, tree.descent(2), _anchor(before, 2, earlier));
    }

    function test_challengeRestart_theEarlierSlotMustBeFinal() public {
        Trees.Tree memory before = _tree(slot - 1);
        Published memory earlier = _publish(before, slot - 1);
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        _expect(Statements.NotFinal.selector);
        challenges.challengeRestart(published, tree.descent(2), _anchor(before, 2, earlier));
    }

    // Two statements

    function _signed(Statement memory statement, uint256 key) private view returns (Signature memory) {
        return _signByAccount(key, _digest(Messages.hashStatement(statement)));
    }

    function _other() private view returns (Statement memory) {
        return Trees.build(_leaves(slot, 4), address(ledger)).statement(slot, 0);
    }

    function test_challengeTwoStatements() public {
        Published memory published = _publish(_tree(slot), slot);
        Statement memory other = _other();
        Signature memory signature = _signed(other, OPERATOR_KEY);
        VM.prank(stranger);
        challenges.challengeTwoStatements(published, other, signature);
        _checkVoid();
        check(challenges.slashed(slot, 0), "the two have cost what they cost");
        Signature memory first = _signed(published.statement, OPERATOR_KEY);
        _expect(Challenges.Unfounded.selector);
        challenges.slashTwoStatements(_nothing(), published.statement, first, other, signature);
    }

    function test_challengeTwoStatements_refusesWhatTheOperatorDidNotSign() public {
        Published memory published = _publish(_tree(slot), slot);
        Statement memory other = _other();
        Signature memory signature = _signed(other, uint256(keccak256("somebody")));
        _expect(Challenges.NotTwoStatements.selector);
        challenges.challengeTwoStatements(published, other, signature);
        signature = _signed(published.statement, OPERATOR_KEY);
        _expect(Challenges.NotTwoStatements.selector);
        challenges.challengeTwoStatements(published, published.statement, signature);
        other.attempt = 1;
        signature = _signed(other, OPERATOR_KEY);
        _expect(Challenges.NotTwoStatements.selector);
        challenges.challengeTwoStatements(published, other, signature);
    }

    function _slashTwo(Published memory current, bytes4 why) private {
        Statement memory first = _tree(slot).statement(slot, 0);
        Statement memory second = _other();
        Signature memory firstSignature = _signed(first, OPERATOR_KEY);
        Signature memory secondSignature = _signed(second, OPERATOR_KEY);
        if (why != 0) _expect(why);
        VM.prank(stranger);
        challenges.slashTwoStatements(current, first, firstSignature, second, secondSignature);
    }

    function test_slashTwoStatements_ofWhichNoneIsPublished() public {
        _slashTwo(_nothing(), 0);
        checkEqual(ledger.balanceOf(stranger), SLASH / 2, "reward");
        _slashTwo(_nothing(), Challenges.Unfounded.selector);
    }

    function test_slashTwoStatements_besideAThird() public {
        Published memory published = _publish(Trees.build(_leaves(slot, 3), address(ledger)), slot);
        _slashTwo(published, 0);
        check(ledger.isPublished(published), "nothing is voided");
    }

    function test_slashTwoStatements_afterFinality() public {
        Published memory published = _publish(_tree(slot), slot);
        _slashTwo(published, Challenges.StillChallengeable.selector);
        _slashTwo(_nothing(), Statements.NotPublished.selector);
        _finalize();
        _slashTwo(published, 0);
        check(ledger.isFinal(published), "what is final stays");
    }

    // Windows

    function test_challenges_notOfAFinalStatement() public {
        Trees.Tree memory tree = _tree(slot);
        tree.levels[3][0].sums = tree.levels[2][0].sums;
        Published memory published = _publish(tree, slot);
        _finalize();
        bytes4 why = Statements.AlreadyFinal.selector;
        LeafDescent memory leaf = tree.descent(0);
        Step[] memory steps = tree.stepsInto(3, 0);
        Statement memory other = _other();
        Signature memory signature = _signed(other, OPERATOR_KEY);
        Anchor memory anchor;
        VM.expectPartialRevert(why);
        challenges.challengeNode(published, 3, 0, steps);
        VM.expectPartialRevert(why);
        challenges.challengePadding(published, 0, steps);
        VM.expectPartialRevert(why);
        challenges.challengeLeaf(published, leaf);
        VM.expectPartialRevert(why);
        challenges.challengeOrder(published, leaf, leaf);
        VM.expectPartialRevert(why);
        challenges.challengeOwner(published, leaf, leaf, 0);
        VM.expectPartialRevert(why);
        challenges.challengeRegister(published, leaf, leaf.leaf.reading);
        VM.expectPartialRevert(why);
        challenges.challengeRestart(published, leaf, anchor);
        VM.expectPartialRevert(why);
        challenges.challengeTwoStatements(published, other, signature);
    }

    function test_challenges_notOfWhatIsNotPublished() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = Published(tree.statement(slot, 0), uint64(block.timestamp), uint64(block.number));
        _expect(Statements.NotPublished.selector);
        challenges.challengeNode(published, 3, 0, tree.stepsInto(3, 0));
    }

    function test_deployment_mustBeTheLedgersPart() public {
        _expect(Challenges.NotItsPart.selector);
        new Challenges(ledger);
    }
}
