// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Node, Signature, Statement, Step} from "../LedgerTypes.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {Market} from "./Market.sol";
import {MarketPart} from "./MarketPart.sol";
import {
    CommittedSet,
    MarketFinding,
    Order,
    PublishedClearing,
    ResultDescent,
    ResultLeaf,
    ResultStatus,
    SetDescent,
    ZoneClearing
} from "./MarketTypes.sol";
import {Orders} from "./Orders.sol";
import {MarketMessages} from "./libraries/MarketMessages.sol";
import {MarketTrees} from "./libraries/MarketTrees.sol";
import {OrderRules} from "./libraries/OrderRules.sol";

/// @title Challenges of a published clearing and its results (docs/market.md, section 8).
/// @notice Anybody may challenge, without a bond, until the clearing is final: a challenge carries its whole proof and
/// either voids or is refused as unfounded. Points and signatures that somebody made up are findings, never a reason to
/// revert. `zoneIndex` is the place of the zone among those of the clearing.
contract ResultChallenges is MarketPart {
    /// @notice The clearing is right in this.
    error Unfounded();
    /// @notice The order is not the one of the result.
    error NotTheOrder(bytes32 order);

    constructor(Market market_) MarketPart(market_) {
        require(market_.resultChallenges() == address(this), NotItsPart());
    }

    /// @notice Voids if a result states other sums than its own, has an invalid point or an unknown status, or commits to
    /// anything though it was not cleared.
    function challengeResultLeaf(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        ResultDescent calldata descent
    ) external {
        (Node memory stated, Node memory own) = _open(published, zoneIndex, descent);
        ResultLeaf calldata leaf = descent.leaf;
        bool sound = SumTree.haveEqualSums(stated, own) && SumTree.hasValidPoints(own)
            && leaf.status <= uint8(type(ResultStatus).max)
            && (leaf.status == uint8(ResultStatus.Cleared) || _isIdentity(leaf.points));
        require(!sound, Unfounded());
        _void(published, MarketFinding.WrongResult);
    }

    /// @notice Voids if a cleared result is not what its order gets at the published price and ratio, or the order is not
    /// valid, or not of this zone.
    function challengeResult(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        ResultDescent calldata descent,
        Order calldata order
    ) external {
        _open(published, zoneIndex, descent);
        _requireCleared(descent.leaf, order);
        ZoneClearing memory zone = _zoneOf(published, zoneIndex);
        bool sound = OrderRules.isValid(order, published.clearing.slot) && order.zone == zone.zone
            && terms.zoneOf(order.meter, order.slot) == order.zone && OrderRules.isFilled(order, zone, descent.leaf);
        require(!sound, Unfounded());
        _void(published, MarketFinding.WrongResult);
    }

    /// @notice Voids if an order counts as unrevealed or withdrawn though it was revealed on chain, or the operator gave a
    /// receipt for its reveal (zeros where there is none).
    function challengeStatus(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        ResultDescent calldata descent,
        uint64 receivedAt,
        Signature calldata receipt
    ) external {
        _open(published, zoneIndex, descent);
        uint64 slot = published.clearing.slot;
        (uint8 status, bytes32 order) = (descent.leaf.status, descent.leaf.order);
        require(status == uint8(ResultStatus.Unrevealed) || status == uint8(ResultStatus.Withdrawn), Unfounded());
        bytes32 received = MarketMessages.hashRevealReceipt(order, slot, receivedAt);
        bool revealed = _orders().isRevealed(order) || _isSignedByOperator(slot, received, receipt);
        require(revealed, Unfounded());
        _void(published, MarketFinding.WrongStatus);
    }

    /// @notice Voids if an order of the set has no result in the zone of its meter.
    /// @param neighbours The results between which it would stand, or the one at the edge; none where there are none.
    function challengeMissingResult(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        CommittedSet calldata committed,
        SetDescent calldata sealedOrder,
        ResultDescent[] calldata neighbours
    ) external {
        _requireSet(published, committed);
        MarketTrees.openSetLeaf(committed, address(market), sealedOrder);
        _voidMissing(published, zoneIndex, sealedOrder.leaf.order, sealedOrder.leaf.meter, neighbours);
    }

    /// @notice As `challengeMissingResult`, for an order that was placed directly.
    function challengeMissingPlaced(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        bytes32 order,
        ResultDescent[] calldata neighbours
    ) external {
        require(_orders().counts(order, published.clearing.slot), Unfounded());
        (bytes32 meter,,) = _orders().placed(order);
        _voidMissing(published, zoneIndex, order, meter, neighbours);
    }

    /// @notice Voids if a result is of an order that is neither in the set nor placed directly.
    /// @param neighbours The leaves of the set between which it would stand, or the one at the edge; none in an empty set.
    function challengeUnknownResult(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        ResultDescent calldata descent,
        CommittedSet calldata committed,
        SetDescent[] calldata neighbours
    ) external {
        _open(published, zoneIndex, descent);
        _requireSet(published, committed);
        bytes32 order = descent.leaf.order;
        require(!_orders().counts(order, published.clearing.slot), Unfounded());
        MarketTrees.requireAbsent(committed, address(market), neighbours, order);
        _void(published, MarketFinding.UnknownResult);
    }

    /// @notice Voids if two neighbouring results are not strictly ascending by order.
    function challengeResultOrder(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        ResultDescent calldata first,
        ResultDescent calldata second
    ) external {
        _open(published, zoneIndex, first);
        _open(published, zoneIndex, second);
        bool wrong = uint256(first.index) + 1 == second.index && first.leaf.order >= second.leaf.order;
        require(wrong, Unfounded());
        _void(published, MarketFinding.WrongResultOrder);
    }

    /// @notice Voids if a point below node (`level`, `index`) is invalid, or the sums of its children do not add up to
    /// what is stated of it. `steps` are the preimages from the root down to and with that node's own.
    function challengeResultNode(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        uint256 level,
        uint256 index,
        Step[] calldata steps
    ) external {
        Statement memory tree = MarketMessages.treeOf(published.clearing.slot, _zoneOf(published, zoneIndex));
        require(level != 0, SumTree.NoSuchNode(level, index, tree.count));
        Node memory stated = SumTree.descend(tree, level, index, steps);
        uint256 needed = SumTree.height(tree.count) - level + 1;
        require(steps.length == needed, SumTree.WrongPathLength(steps.length, needed));
        Step memory step = steps[needed - 1];
        SumTree.requirePreimage(stated.hash, level, index, step);
        (bool sound, Node memory parent) = SumTree.addSums(step.left, step.right);
        require(!sound || !SumTree.haveEqualSums(stated, parent), Unfounded());
        _void(published, MarketFinding.WrongResultNode);
    }

    /// @notice Voids if an index beyond the results is not the empty leaf, or one of a result is.
    function challengeResultPadding(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        uint256 index,
        Step[] calldata steps
    ) external {
        Statement memory tree = MarketMessages.treeOf(published.clearing.slot, _zoneOf(published, zoneIndex));
        Node memory stated = MarketTrees.descendToLeaf(tree, index, steps);
        bool wrong = index < tree.count ? stated.hash == SumTree.EMPTY : !SumTree.equal(stated, SumTree.emptyLeaf());
        require(wrong, Unfounded());
        _void(published, MarketFinding.WrongResultPadding);
    }

    /// @notice Voids if the limit of a cleared order lies strictly between its zone's bounds of the price, or the order is
    /// named as the one that sets a bound and has another limit.
    function challengePrice(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        ResultDescent calldata descent,
        Order calldata order
    ) external {
        _open(published, zoneIndex, descent);
        _requireCleared(descent.leaf, order);
        ZoneClearing memory zone = _zoneOf(published, zoneIndex);
        bool wrong = (zone.lower < order.limit && order.limit < zone.upper)
            || (descent.leaf.order == zone.lowerOrder && order.limit != zone.lower)
            || (descent.leaf.order == zone.upperOrder && order.limit != zone.upper);
        require(wrong, Unfounded());
        _void(published, MarketFinding.WrongPrice);
    }

    /// @notice Voids if an order that is named as one that sets a bound of the price was not cleared in this zone.
    /// @param results Its result with another status, or the neighbours between which it would stand.
    function challengeMarginalOrder(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        bytes32 order,
        ResultDescent[] calldata results
    ) external {
        ZoneClearing memory zone = _zoneOf(published, zoneIndex);
        require(order != 0 && (order == zone.lowerOrder || order == zone.upperOrder), Unfounded());
        if (results.length == 1 && results[0].leaf.order == order) {
            _open(published, zoneIndex, results[0]);
            require(results[0].leaf.status != uint8(ResultStatus.Cleared), Unfounded());
        } else {
            MarketTrees.requireAbsent(published.clearing.slot, zone, address(market), results, order);
        }
        _void(published, MarketFinding.WrongPrice);
    }

    function _voidMissing(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        bytes32 order,
        bytes32 meter,
        ResultDescent[] calldata neighbours
    ) private {
        uint64 slot = published.clearing.slot;
        ZoneClearing memory zone = _zoneOf(published, zoneIndex);
        require(terms.zoneOf(meter, slot) == zone.zone, Unfounded());
        MarketTrees.requireAbsent(slot, zone, address(market), neighbours, order);
        _void(published, MarketFinding.MissingResult);
    }

    /// @dev Whether the clearing is what is published, and can still fall, is for the market to say.
    function _void(PublishedClearing calldata published, MarketFinding finding) private {
        market.voidSlot(published.clearing.slot, MarketMessages.stampOf(published), finding, _msgSender(), msg.data);
    }

    function _open(PublishedClearing calldata published, uint256 zoneIndex, ResultDescent calldata descent)
        private
        view
        returns (Node memory, Node memory)
    {
        ZoneClearing memory zone = _zoneOf(published, zoneIndex);
        return MarketTrees.openResult(published.clearing.slot, zone, address(market), descent);
    }

    function _requireSet(PublishedClearing calldata published, CommittedSet calldata committed) private view {
        require(committed.slot == published.clearing.slot, Unfounded());
        market.requireSet(committed);
    }

    function _requireCleared(ResultLeaf calldata leaf, Order calldata order) private pure {
        require(MarketMessages.hashOrder(order) == leaf.order, NotTheOrder(leaf.order));
        require(leaf.status == uint8(ResultStatus.Cleared), Unfounded());
    }

    function _orders() private view returns (Orders) {
        return Orders(market.orders());
    }

    function _isIdentity(uint256[4] calldata points) private pure returns (bool) {
        return points[0] | points[1] | points[2] | points[3] == 0;
    }
}
