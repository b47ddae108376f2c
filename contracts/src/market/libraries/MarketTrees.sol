// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Node, Statement, Step} from "../../LedgerTypes.sol";
import {SumTree} from "../../libraries/SumTree.sol";
import {CommittedSet, ResultDescent, SetDescent, ZoneClearing} from "../MarketTypes.sol";
import {MarketMessages} from "./MarketMessages.sol";

/// @title Leaves of the set and of results, and that an order is not among them (docs/market.md, sections 4, 7, 8).
/// @notice By descents: no arithmetic on what the operator committed, so nothing of it can make a proof fail.
library MarketTrees {
    /// @notice The leaf is not what the tree binds at the index.
    error NotTheLeaf(uint256 index);
    /// @notice The neighbours do not show that the order is absent.
    error NotAbsent(bytes32 order);

    /// @notice Reverts unless the set binds the leaf.
    function openSetLeaf(CommittedSet memory committed, address market, SetDescent calldata descent) internal view {
        Node memory stated = descendToLeaf(MarketMessages.treeOf(committed), descent.index, descent.steps);
        require(descent.index < committed.count, SumTree.NoSuchNode(0, descent.index, committed.count));
        bytes32 own = MarketMessages.toNode(descent.leaf, market, committed.slot).hash;
        require(own == stated.hash, NotTheLeaf(descent.index));
    }

    /// @notice Reverts unless the zone's results bind the leaf; returns it as it is stated and as it should be.
    function openResult(uint64 slot, ZoneClearing memory zone, address market, ResultDescent calldata descent)
        internal
        view
        returns (Node memory stated, Node memory own)
    {
        stated = descendToLeaf(MarketMessages.treeOf(slot, zone), descent.index, descent.steps);
        require(descent.index < zone.count, SumTree.NoSuchNode(0, descent.index, zone.count));
        own = MarketMessages.toNode(descent.leaf, market, slot, zone.zone);
        require(own.hash == stated.hash, NotTheLeaf(descent.index));
    }

    /// @notice Reverts unless these neighbours show that the order is not in the set.
    function requireAbsent(
        CommittedSet memory committed,
        address market,
        SetDescent[] calldata neighbours,
        bytes32 order
    ) internal view {
        for (uint256 i = 0; i < neighbours.length; ++i) {
            openSetLeaf(committed, market, neighbours[i]);
        }
        if (neighbours.length == 0) return _require(committed.count == 0, order);
        SetDescent calldata first = neighbours[0];
        SetDescent calldata last = neighbours[neighbours.length - 1];
        _requireBetween(
            neighbours.length, first.index, first.leaf.order, last.index, last.leaf.order, committed.count, order
        );
    }

    /// @notice Reverts unless these neighbours show that the order is not in the zone's results.
    function requireAbsent(
        uint64 slot,
        ZoneClearing memory zone,
        address market,
        ResultDescent[] calldata neighbours,
        bytes32 order
    ) internal view {
        for (uint256 i = 0; i < neighbours.length; ++i) {
            openResult(slot, zone, market, neighbours[i]);
        }
        if (neighbours.length == 0) return _require(zone.count == 0, order);
        ResultDescent calldata first = neighbours[0];
        ResultDescent calldata last = neighbours[neighbours.length - 1];
        _requireBetween(
            neighbours.length, first.index, first.leaf.order, last.index, last.leaf.order, zone.count, order
        );
    }

    /// @notice What the tree binds at level 0, `index`.
    function descendToLeaf(Statement memory tree, uint256 index, Step[] calldata steps)
        internal
        pure
        returns (Node memory)
    {
        uint256 height = SumTree.height(tree.count);
        require(steps.length == height, SumTree.WrongPathLength(steps.length, height));
        return SumTree.descend(tree, 0, index, steps);
    }

    /// @dev One leaf is at an edge, and the order beyond it; two are neighbours, and the order between them.
    function _requireBetween(
        uint256 length,
        uint256 firstIndex,
        bytes32 first,
        uint256 lastIndex,
        bytes32 last,
        uint256 count,
        bytes32 order
    ) private pure {
        bool absent = length == 1
            ? (firstIndex == 0 && order < first) || (lastIndex == count - 1 && last < order)
            : length == 2 && lastIndex == firstIndex + 1 && first < order && order < last;
        _require(absent, order);
    }

    function _require(bool absent, bytes32 order) private pure {
        require(absent, NotAbsent(order));
    }
}
