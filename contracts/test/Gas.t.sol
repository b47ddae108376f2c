// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Challenges} from "../src/Challenges.sol";
import {Demands} from "../src/Demands.sol";
import {InclusionProof, Leaf, LeafDescent, Node, Published, Statement, Step} from "../src/LedgerTypes.sol";
import {Messages} from "../src/libraries/Messages.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Community} from "./Community.sol";
import {RangeProver} from "./RangeProver.sol";
import {Trees} from "./Trees.sol";

/// @dev No transaction comes near what EIP-7825 allows, even over the largest tree: 2^20 leaves.
contract GasTest is Community {
    uint256 private constant LARGEST_TRANSACTION = 16_777_216;
    uint256 private constant HEIGHT = 20;

    Leaf[2] private leaves;
    Node[2][HEIGHT] private levels;
    Published private published;

    /// @dev The lowest two leaves of a tree of 2^20 and the nodes beside their path, which only their hashes stand for.
    function setUp() public override {
        super.setUp();
        _fund(stranger, 10 * DEMAND_BOND);
        leaves[0] = _leaf(0, _first(0, slot), 3);
        leaves[1] = _leaf(5, _first(5, slot), 1);
        levels[0][0] = Messages.toNode(leaves[0], address(ledger));
        levels[0][1] = Messages.toNode(leaves[1], address(ledger));
        Node memory node;
        for (uint256 level = 1; level <= HEIGHT; ++level) {
            (Node memory left, Node memory right) = (levels[level - 1][0], levels[level - 1][1]);
            (, node) = SumTree.addSums(left, right);
            node.hash = SumTree.hashNode(level, 0, left, right);
            if (level == HEIGHT) break;
            levels[level][0] = node;
            levels[level][1].hash = bytes32(level);
            (levels[level][1].sums[0], levels[level][1].sums[1]) = (1, 2);
        }
        Statement memory statement = Statement({
            slot: slot,
            attempt: 0,
            root: node.hash,
            sums: node.sums,
            withdrawalOwners: node.withdrawalOwners,
            feedInOwners: node.feedInOwners,
            count: uint32(2 ** HEIGHT)
        });
        published = _publish(statement);
    }

    function _descent(uint32 index) private view returns (LeafDescent memory descent) {
        descent.index = index;
        descent.leaf = leaves[index];
        descent.steps = _steps();
    }

    function _steps() private view returns (Step[] memory steps) {
        steps = new Step[](HEIGHT);
        for (uint256 i = 0; i < HEIGHT; ++i) {
            steps[i] = Step(levels[HEIGHT - 1 - i][0], levels[HEIGHT - 1 - i][1]);
        }
    }

    function _proof() private view returns (InclusionProof memory proof) {
        proof.siblings = new Node[](HEIGHT);
        for (uint256 level = 0; level < HEIGHT; ++level) {
            proof.siblings[level] = levels[level][1];
        }
    }

    /// @dev What a transaction with this data costs: at least EIP-7623's floor.
    function _cost(address to, bytes memory data) private returns (uint256) {
        uint256 zeros;
        for (uint256 i = 0; i < data.length; ++i) {
            if (data[i] == 0) ++zeros;
        }
        uint256 tokens = zeros + 4 * (data.length - zeros);
        uint256 before = gasleft();
        VM.prank(stranger);
        (bool success, bytes memory answer) = to.call(data);
        uint256 used = before - gasleft() + 4 * tokens;
        require(success, string(answer));
        return 21_000 + (used > 10 * tokens ? used : 10 * tokens);
    }

    function _checkAffordable(address to, bytes memory data, uint256 bound) private {
        uint256 cost = _cost(to, data);
        check(cost < LARGEST_TRANSACTION, "EIP-7825");
        check(cost < bound, string.concat("more than expected: ", VM.toString(cost)));
    }

    function test_challengeOwner_overTheLargestTree() public {
        _checkAffordable(
            address(challenges),
            abi.encodeCall(Challenges.challengeOwner, (published, _descent(0), _descent(1), 0)),
            2_500_000
        );
        check(!ledger.hasStatement(slot), "void");
    }

    function test_challengeNode_overTheLargestTree() public {
        VM.expectPartialRevert(Challenges.Unfounded.selector);
        challenges.challengeNode(published, 1, 0, _steps());
        uint256 before = gasleft();
        try challenges.challengeNode(published, 1, 0, _steps()) {
            check(false, "unfounded");
        } catch {
            check(before - gasleft() < 1_000_000, "affordable");
        }
    }

    function test_answers_overTheLargestTree() public {
        VM.startPrank(stranger);
        demands.demand(published, 0, Demands.Kind.Leaf, 0);
        demands.demand(published, 0, Demands.Kind.Range, 1);
        VM.stopPrank();
        _checkAffordable(
            address(demands), abi.encodeCall(Demands.answerLeaf, (published, leaves[0], _proof())), 1_000_000
        );
        uint256[6][32] memory rangeProof = RangeProver.prove(
            address(ledger), Messages.hashReading(leaves[0].reading), 1, _energy(0, 1), _blinding(0, slot, 1)
        );
        _checkAffordable(
            address(demands),
            abi.encodeCall(Demands.answerRange, (published, leaves[0], _proof(), 1, rangeProof)),
            2_500_000
        );
    }
}
