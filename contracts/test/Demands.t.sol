// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Demands} from "../src/Demands.sol";
import {InclusionProof, Leaf, Published, Reading, Statement, Step} from "../src/LedgerTypes.sol";
import {MeterLedger} from "../src/MeterLedger.sol";
import {Accounts} from "../src/ledger/Accounts.sol";
import {Statements} from "../src/ledger/Statements.sol";
import {BN254} from "../src/libraries/BN254.sol";
import {Messages} from "../src/libraries/Messages.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Community} from "./Community.sol";
import {RangeProver} from "./RangeProver.sol";
import {Trees} from "./Trees.sol";

/// @dev Demands with bonds: answered, unanswered, fallen.
contract DemandsTest is Community {
    using Trees for Trees.Tree;

    Published private published;
    Trees.Tree private tree;

    function setUp() public override {
        super.setUp();
        _fund(stranger, 10 * DEMAND_BOND);
        Trees.Tree memory built = _tree(slot);
        published = _publish(built, slot);
        _remember(built);
    }

    function _remember(Trees.Tree memory built) private {
        for (uint256 i = 0; i < built.leaves.length; ++i) {
            tree.leaves.push(built.leaves[i]);
        }
        for (uint256 level = 0; level < built.levels.length; ++level) {
            tree.levels.push();
            for (uint256 k = 0; k < built.levels[level].length; ++k) {
                tree.levels[level].push(built.levels[level][k]);
            }
        }
    }

    function _built() private view returns (Trees.Tree memory) {
        return tree;
    }

    function _demand(uint32 index, Demands.Kind kind, uint8 register) private {
        VM.prank(stranger);
        demands.demand(published, index, kind, register);
    }

    function _demandLeaf(uint32 index) private {
        _demand(index, Demands.Kind.Leaf, 0);
    }

    function _answer(uint256 index) private {
        Trees.Tree memory built = _built();
        InclusionProof memory proof = built.prove(index);
        Published memory current = published;
        VM.prank(operator);
        if (index < METERS) demands.answerLeaf(current, built.leaves[index], proof);
        else demands.answerPadding(current, proof);
    }

    function test_demand_holdsTheBondAndTheSlot() public {
        _demandLeaf(3);
        checkEqual(ledger.balanceOf(stranger), 9 * DEMAND_BOND, "bond is taken");
        checkEqual(ledger.heldBy(address(demands)), DEMAND_BOND, "and held");
        _finalize();
        check(!ledger.isFinal(published), "not final while a demand is open");
    }

    function test_answerLeaf_earnsTheBondAndExtendsTheWindow() public {
        _demandLeaf(3);
        _pass(1799, 119);
        uint256 before = ledger.balanceOf(operator);
        _answer(3);
        checkEqual(ledger.balanceOf(operator), before + DEMAND_BOND, "bond is earned");
        checkEqual(ledger.heldBy(address(demands)), 0, "nothing is held");
        _pass(1799, 119);
        check(!ledger.isFinal(published), "not before the answer window is over again");
        _pass(2, 2);
        check(ledger.isFinal(published), "final then");
    }

    function test_answer_atTheLastMomentKeepsTheSlotOpen() public {
        _pass(3599, 239);
        _demandLeaf(3);
        _pass(1799, 119);
        _answer(3);
        _pass(1799, 120);
        check(!ledger.isFinal(published), "what the answer shows can be challenged");
        _pass(1, 0);
        check(ledger.isFinal(published), "then it is final");
    }

    function test_answerPadding() public {
        _demandLeaf(6);
        _answer(6);
        checkEqual(ledger.heldBy(address(demands)), 0, "settled");
        Trees.Tree memory built = _built();
        Published memory current = published;
        _expect(SumTree.NoSuchNode.selector);
        demands.answerPadding(current, built.prove(0));
    }

    function test_answer_withAnotherLeafIsRefused() public {
        _demandLeaf(3);
        Trees.Tree memory built = _built();
        Leaf memory leaf = built.leaves[2];
        InclusionProof memory proof = built.prove(3);
        Published memory current = published;
        _expect(SumTree.NotIncluded.selector);
        demands.answerLeaf(current, leaf, proof);
        proof = built.prove(2);
        _expect(Demands.NotDemanded.selector);
        demands.answerLeaf(current, leaf, proof);
    }

    function test_answer_ofAnotherSlotIsRefused() public {
        Trees.Tree memory other = _tree(slot - 1);
        Published memory current = published;
        _demandLeaf(3);
        _expect(SumTree.WrongSlot.selector);
        demands.answerLeaf(current, other.leaves[3], other.prove(3));
    }

    function test_answer_withWrongSiblingsIsRefused(uint8 level, uint8 what, uint256 noise) public {
        VM.assume(noise != 0);
        _demandLeaf(1);
        Trees.Tree memory built = _built();
        InclusionProof memory proof = built.prove(1);
        uint256 place = level % 3;
        if (what % 5 == 0) proof.siblings[place].hash ^= bytes32(noise);
        if (what % 5 == 1) proof.siblings[place].sums[what % 4] ^= noise;
        if (what % 5 == 2) proof.siblings[place].withdrawalOwners ^= uint32(1 + noise % type(uint32).max);
        if (what % 5 == 3) proof.siblings[place].feedInOwners ^= uint32(1 + noise % type(uint32).max);
        if (what % 5 == 4) proof.index = uint32(within(noise, 2, METERS - 1));
        Published memory current = published;
        _expect(SumTree.NotIncluded.selector);
        demands.answerLeaf(current, built.leaves[1], proof);
    }

    function test_answer_withAWrongNumberOfSiblingsIsRefused() public {
        _demandLeaf(1);
        Trees.Tree memory built = _built();
        InclusionProof memory proof = built.prove(1);
        proof.siblings = built.prove(0).siblings;
        Published memory current = published;
        Leaf memory leaf = built.leaves[1];
        InclusionProof memory short =
            InclusionProof(1, Trees.build(_leaves(slot, 2), address(ledger)).prove(1).siblings);
        _expect(SumTree.WrongPathLength.selector);
        demands.answerLeaf(current, leaf, short);
        proof.index = uint32(METERS);
        _expect(SumTree.NoSuchNode.selector);
        demands.answerLeaf(current, leaf, proof);
    }

    function test_answer_notAfterTheWindow() public {
        _demandLeaf(3);
        _pass(1800, 119);
        Trees.Tree memory built = _built();
        InclusionProof memory proof = built.prove(3);
        _pass(0, 1);
        Published memory current = published;
        _expect(Demands.AnswerWindowOver.selector);
        demands.answerLeaf(current, built.leaves[3], proof);
    }

    function test_voidUnanswered_returnsTheBondAndRewardsTheOneWhoAsked() public {
        _demandLeaf(3);
        _pass(1800, 119);
        Published memory current = published;
        _expect(Demands.AnswerWindowOpen.selector);
        demands.voidUnanswered(current, 3, Demands.Kind.Leaf, 0);
        _pass(0, 1);
        VM.prank(authority);
        demands.voidUnanswered(current, 3, Demands.Kind.Leaf, 0);
        checkEqual(ledger.balanceOf(stranger), 10 * DEMAND_BOND + SLASH / 2, "bond and reward");
        check(!ledger.hasStatement(slot), "the statement fell");
    }

    function test_voidUnanswered_evenLongAfterTheChallengeWindow() public {
        _pass(3599, 239);
        _demandLeaf(3);
        _pass(30 days, 100_000);
        Published memory current = published;
        demands.voidUnanswered(current, 3, Demands.Kind.Leaf, 0);
        check(!ledger.hasStatement(slot), "the statement fell");
    }

    function test_voidUnanswered_notWhatIsAnsweredOrWasNeverAsked() public {
        _demandLeaf(3);
        _answer(3);
        _pass(1800, 120);
        Published memory current = published;
        _expect(Demands.NotDemanded.selector);
        demands.voidUnanswered(current, 3, Demands.Kind.Leaf, 0);
        _expect(Demands.NotDemanded.selector);
        demands.voidUnanswered(current, 2, Demands.Kind.Leaf, 0);
    }

    function test_demand_onceAnAttempt() public {
        _demandLeaf(3);
        _expect(Demands.AlreadyDemanded.selector);
        VM.prank(stranger);
        demands.demand(published, 3, Demands.Kind.Leaf, 0);
        _answer(3);
        _expect(Demands.AlreadyDemanded.selector);
        VM.prank(stranger);
        demands.demand(published, 3, Demands.Kind.Leaf, 0);
    }

    function test_demand_onlyWithTheBond() public {
        Published memory current = published;
        _expect(Accounts.InsufficientBalance.selector);
        VM.prank(authority);
        demands.demand(current, 3, Demands.Kind.Leaf, 0);
    }

    function test_demand_notAfterTheChallengeWindow() public {
        _finalize();
        Published memory current = published;
        _expect(Demands.DemandWindowOver.selector);
        VM.prank(stranger);
        demands.demand(current, 3, Demands.Kind.Leaf, 0);
    }

    function test_demand_inTheExtensionThatAnAnswerBrings() public {
        _pass(3599, 239);
        _demandLeaf(3);
        _answer(3);
        _pass(1799, 120);
        _demandLeaf(4);
        _answer(4);
        _pass(1800, 120);
        check(ledger.isFinal(published), "final without another demand");
    }

    function test_demand_notForever() public {
        for (uint32 index = 0; index < 8; ++index) {
            _demandLeaf(index);
            _pass(1799, 119);
            _answer(index);
            _pass(1700, 100);
        }
        _demand(0, Demands.Kind.Range, 0);
        _pass(900, 1);
        check(block.timestamp >= published.publishedAt + 28_800, "eight hours of questions and answers");
        Published memory current = published;
        _expect(Demands.DemandWindowOver.selector);
        VM.prank(stranger);
        demands.demand(current, 0, Demands.Kind.Range, 1);
    }

    function test_demand_onlyWhatExists() public {
        Published memory current = published;
        uint32[4] memory indices = [uint32(8), 0, 6, 0];
        uint8[4] memory registers = [0, 1, 0, 5];
        for (uint256 i = 0; i < 4; ++i) {
            Demands.Kind kind = i < 2 ? Demands.Kind.Leaf : Demands.Kind.Range;
            _expect(Demands.NothingToDemand.selector);
            VM.prank(stranger);
            demands.demand(current, indices[i], kind, registers[i]);
        }
    }

    function test_demand_onlyOfWhatIsPublished() public {
        Published memory current = published;
        current.publishedAt -= 1;
        _expect(Statements.NotPublished.selector);
        VM.prank(stranger);
        demands.demand(current, 0, Demands.Kind.Leaf, 0);
    }

    function test_reclaimBond_ofAStatementThatFellForAnotherReason() public {
        _demandLeaf(2);
        _demandLeaf(3);
        _expect(Demands.AnswerWindowOpen.selector);
        demands.reclaimBond(slot, 0, 2, Demands.Kind.Leaf, 0);
        _pass(1800, 120);
        demands.voidUnanswered(published, 3, Demands.Kind.Leaf, 0);
        demands.reclaimBond(slot, 0, 2, Demands.Kind.Leaf, 0);
        checkEqual(ledger.balanceOf(stranger), 10 * DEMAND_BOND + SLASH / 2, "both bonds are back");
        _expect(Demands.NotDemanded.selector);
        demands.reclaimBond(slot, 0, 2, Demands.Kind.Leaf, 0);
    }

    function test_replacement_isNotHeldByTheDemandsOfTheFallen() public {
        _demandLeaf(2);
        _demandLeaf(3);
        _pass(1800, 120);
        demands.voidUnanswered(published, 3, Demands.Kind.Leaf, 0);
        VM.prank(operator);
        ledger.lockBond(SLASH);
        Published memory second = _publish(_built(), slot);
        VM.prank(stranger);
        demands.demand(second, 3, Demands.Kind.Leaf, 0);
        published = second;
        _answer(3);
        _finalize();
        check(ledger.isFinal(second), "final");
    }

    function _proveRange(uint256 device, uint8 register) private view returns (uint256[6][32] memory) {
        return RangeProver.prove(
            address(ledger),
            Messages.hashReading(tree.leaves[device].reading),
            register,
            _energy(device, register),
            _blinding(device, slot, register)
        );
    }

    function test_answerRange() public {
        for (uint8 register = 0; register < 5; ++register) {
            _demand(2, Demands.Kind.Range, register);
            uint256[6][32] memory rangeProof = _proveRange(2, register);
            Trees.Tree memory built = _built();
            Published memory current = published;
            VM.prank(operator);
            demands.answerRange(current, built.leaves[2], built.prove(2), register, rangeProof);
        }
        checkEqual(ledger.heldBy(address(demands)), 0, "all are settled");
        Trees.Tree memory again = _built();
        Published memory same = published;
        uint256[6][32] memory proof = _proveRange(2, 4);
        _expect(Demands.NothingToDemand.selector);
        demands.answerRange(same, again.leaves[2], again.prove(2), 5, proof);
    }

    function test_answerRange_wrongProofIsRefused(uint8 bit, uint8 part, uint256 noise) public {
        VM.assume(noise != 0);
        uint256[6][32] memory rangeProof = _proveRange(2, 1);
        rangeProof[bit % 32][part % 6] ^= noise;
        Trees.Tree memory built = _built();
        Published memory current = published;
        _demand(2, Demands.Kind.Range, 1);
        _expect(Demands.WrongRangeProof.selector);
        VM.prank(operator);
        demands.answerRange(current, built.leaves[2], built.prove(2), 1, rangeProof);
    }

    function test_parametersAreChecked() public {
        MeterLedger.Parts memory parts;
        uint64[2] memory wrong = [uint64(3599), 30 days];
        for (uint256 i = 0; i < 2; ++i) {
            parts.demands = VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + 1);
            MeterLedger other = new MeterLedger(registry, currency, pool, address(forwarder), parts, parameters());
            _expect(Demands.InvalidParameter.selector);
            new Demands(other, 1, wrong[i]);
        }
    }

    function test_deployment_mustBeTheLedgersPart() public {
        _expect(Demands.NotItsPart.selector);
        new Demands(ledger, 1, 28_800);
    }
}
