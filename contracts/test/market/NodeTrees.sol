// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {InclusionProof, Node, Step} from "../../src/LedgerTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";

/// @dev The market operator's side of a tree, and a lying operator's.
library NodeTrees {
    struct Tree {
        uint32 count;
        Node[][] levels;
    }

    /// @dev The true tree over these leaves.
    function build(Node[] memory leaves) internal view returns (Tree memory tree) {
        uint256 height = SumTree.height(leaves.length);
        tree.count = uint32(leaves.length);
        tree.levels = new Node[][](height + 1);
        tree.levels[0] = new Node[](2 ** height);
        for (uint256 i = 0; i < 2 ** height; ++i) {
            tree.levels[0][i] = i < leaves.length ? leaves[i] : SumTree.emptyLeaf();
        }
        rebuild(tree, 1);
    }

    /// @dev Derives the nodes from `level` upwards again, from whatever stands below.
    function rebuild(Tree memory tree, uint256 level) internal view {
        for (; level < tree.levels.length; ++level) {
            Node[] memory below = tree.levels[level - 1];
            tree.levels[level] = new Node[](below.length / 2);
            for (uint256 k = 0; k < below.length / 2; ++k) {
                (, Node memory parent) = SumTree.addSums(below[2 * k], below[2 * k + 1]);
                parent.hash = SumTree.hashNode(level, k, below[2 * k], below[2 * k + 1]);
                tree.levels[level][k] = parent;
            }
        }
    }

    function root(Tree memory tree) internal pure returns (Node memory) {
        return tree.levels[tree.levels.length - 1][0];
    }

    function prove(Tree memory tree, uint256 index) internal pure returns (InclusionProof memory proof) {
        proof.index = uint32(index);
        proof.siblings = new Node[](tree.levels.length - 1);
        for (uint256 level = 0; level < tree.levels.length - 1; ++level) {
            proof.siblings[level] = tree.levels[level][(index >> level) ^ 1];
        }
    }

    /// @dev The preimages from the root down to the children at `level` that lead to node (`level`, `index`).
    function steps(Tree memory tree, uint256 level, uint256 index) internal pure returns (Step[] memory path) {
        uint256 top = tree.levels.length - 1;
        path = new Step[](top - level);
        for (uint256 current = top; current > level; --current) {
            uint256 k = index >> (current - level);
            path[top - current] = Step(tree.levels[current - 1][2 * k], tree.levels[current - 1][2 * k + 1]);
        }
    }
}
