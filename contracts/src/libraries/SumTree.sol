// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {InclusionProof, Node, Statement, Step} from "../LedgerTypes.sol";
import {BN254} from "./BN254.sol";

/// @title The Merkle sum tree of commitments: inclusion proofs and descents (docs/protocol.md, section 6).
library SumTree {
    /// @notice The index does not exist at this level of a tree with so many leaves.
    error NoSuchNode(uint256 level, uint256 index, uint256 count);
    /// @notice A path through this tree needs another number of siblings or steps.
    error WrongPathLength(uint256 given, uint256 needed);
    /// @notice The siblings lead to another root, or to other sums than stated, or are no points.
    error NotIncluded(uint256 index);
    /// @notice The reading is of another slot than the statement.
    error WrongSlot(uint64 slot, uint64 expected);
    /// @notice The step is not the preimage of the node at this level.
    error WrongStep(uint256 level);

    bytes32 internal constant EMPTY = keccak256("DEMS empty leaf v1");
    bytes32 private constant NODE_TAG = keccak256("DEMS node v1");

    /// @notice The level of the root over `count` leaves.
    function height(uint256 count) internal pure returns (uint256) {
        return count <= 1 ? 0 : Math.log2(count - 1) + 1;
    }

    /// @notice The root as the statement states it.
    function rootOf(Statement memory statement) internal pure returns (Node memory) {
        return Node(statement.root, statement.sums, statement.withdrawalOwners, statement.feedInOwners);
    }

    function emptyLeaf() internal pure returns (Node memory node) {
        node.hash = EMPTY;
    }

    function hashNode(uint256 level, uint256 index, Node memory left, Node memory right)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(NODE_TAG, level, index, left, right));
    }

    function equal(Node memory a, Node memory b) internal pure returns (bool) {
        return a.hash == b.hash && haveEqualSums(a, b);
    }

    function haveEqualSums(Node memory a, Node memory b) internal pure returns (bool) {
        return a.sums[0] == b.sums[0] && a.sums[1] == b.sums[1] && a.sums[2] == b.sums[2] && a.sums[3] == b.sums[3]
            && a.withdrawalOwners == b.withdrawalOwners && a.feedInOwners == b.feedInOwners;
    }

    function hasValidPoints(Node memory node) internal pure returns (bool) {
        return BN254.isValid(withdrawal(node)) && BN254.isValid(feedIn(node));
    }

    function withdrawal(Node memory node) internal pure returns (BN254.Point memory) {
        return BN254.Point(node.sums[0], node.sums[1]);
    }

    function feedIn(Node memory node) internal pure returns (BN254.Point memory) {
        return BN254.Point(node.sums[2], node.sums[3]);
    }

    /// @notice Derives what `parent` must state from its children; false if a point is invalid or a count overflows.
    function addSums(Node memory left, Node memory right) internal view returns (bool, Node memory parent) {
        if (!hasValidPoints(left) || !hasValidPoints(right)) return (false, parent);
        uint256 withdrawalOwners = uint256(left.withdrawalOwners) + right.withdrawalOwners;
        uint256 feedInOwners = uint256(left.feedInOwners) + right.feedInOwners;
        if (withdrawalOwners > type(uint32).max || feedInOwners > type(uint32).max) return (false, parent);
        BN254.Point memory withdrawn = BN254.add(withdrawal(left), withdrawal(right));
        BN254.Point memory fedIn = BN254.add(feedIn(left), feedIn(right));
        parent.sums = [withdrawn.x, withdrawn.y, fedIn.x, fedIn.y];
        // forge-lint: disable-next-line(unsafe-typecast)
        (parent.withdrawalOwners, parent.feedInOwners) = (uint32(withdrawalOwners), uint32(feedInOwners));
        return (true, parent);
    }

    /// @notice Reverts unless the statement binds `node` at level 0, `index`.
    function requireIncluded(Statement memory statement, Node memory node, uint256 index, Node[] calldata siblings)
        internal
        view
    {
        uint256 levels = height(statement.count);
        require(index >> levels == 0, NoSuchNode(0, index, statement.count));
        require(siblings.length == levels, WrongPathLength(siblings.length, levels));
        require(hasValidPoints(node), NotIncluded(index));
        uint256 position = index;
        for (uint256 level = 0; level < levels; ++level) {
            Node memory sibling = siblings[level];
            (Node memory left, Node memory right) = position & 1 == 0 ? (node, sibling) : (sibling, node);
            position >>= 1;
            (bool sound, Node memory parent) = addSums(left, right);
            require(sound, NotIncluded(index));
            parent.hash = hashNode(level + 1, position, left, right);
            node = parent;
        }
        require(equal(node, rootOf(statement)), NotIncluded(index));
    }

    /// @notice Reverts unless the statement has this leaf, whose reading is of `slot`.
    function requireLeaf(Statement calldata statement, uint64 slot, Node memory leaf, InclusionProof calldata proof)
        internal
        view
    {
        require(slot == statement.slot, WrongSlot(slot, statement.slot));
        require(proof.index < statement.count, NoSuchNode(0, proof.index, statement.count));
        requireIncluded(statement, leaf, proof.index, proof.siblings);
    }

    /// @notice Follows stated nodes from the root to (`level`, `index`) by the preimages, of which it takes as many as
    /// there are levels between. Nothing is added on the way: the result is what the statement binds, sound or not.
    function descend(Statement memory statement, uint256 level, uint256 index, Step[] calldata steps)
        internal
        pure
        returns (Node memory expected)
    {
        uint256 top = height(statement.count);
        require(level <= top && index >> (top - level) == 0, NoSuchNode(level, index, statement.count));
        require(steps.length >= top - level, WrongPathLength(steps.length, top - level));
        expected = rootOf(statement);
        for (uint256 current = top; current > level; --current) {
            Step memory step = steps[top - current];
            requirePreimage(expected.hash, current, index >> (current - level), step);
            expected = (index >> (current - 1 - level)) & 1 == 0 ? step.left : step.right;
        }
    }

    function requirePreimage(bytes32 hash, uint256 level, uint256 index, Step memory step) internal pure {
        require(hashNode(level, index, step.left, step.right) == hash, WrongStep(level));
    }
}
