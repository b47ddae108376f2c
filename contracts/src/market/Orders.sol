// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CommittedSet,
    Order,
    PublishedClearing,
    ResultDescent,
    ResultStatus,
    SetDescent,
    SetLeaf
} from "./MarketTypes.sol";
import {Market} from "./Market.sol";
import {MarketPart} from "./MarketPart.sol";
import {MarketMessages} from "./libraries/MarketMessages.sol";
import {MarketTrees} from "./libraries/MarketTrees.sol";

/// @title Orders that the operator ignores go in here and are revealed here; those never revealed cost a deposit
/// (docs/market.md, sections 5 and 8).
/// @notice Anybody may call, for a household too: what counts is the household's signature, and who knows the order.
contract Orders is MarketPart {
    /// @notice An order that was placed directly, with the household that had the meter then.
    struct PlacedOrder {
        bytes32 meter;
        uint64 slot;
        address household;
    }

    /// @notice It is done between `from` and `until`, unix seconds.
    error NotTheTime(uint256 from, uint256 until);
    error AlreadyPlaced(bytes32 order);
    error AlreadyRevealed(bytes32 order);
    error NotPlaced(bytes32 order);
    /// @notice The household that the meter belongs to did not sign the sealed order.
    error NotSealed(bytes32 order);
    error NoMarket(uint64 slot);
    /// @notice The order was revealed, or has another result, or has forfeited already.
    error NothingForfeited(bytes32 order);

    event OrderPlaced(
        uint64 indexed slot, bytes32 indexed order, bytes32 indexed meter, address household, uint256 placedAt
    );
    event OrderRevealed(uint64 indexed slot, bytes32 indexed orderHash, Order order);
    event OrderForfeited(uint64 indexed slot, bytes32 indexed order, address indexed household);

    /// @notice The orders that were placed directly.
    mapping(bytes32 order => PlacedOrder) public placed;
    /// @notice Whether an order was revealed on chain.
    mapping(bytes32 order => bool) public isRevealed;
    /// @notice Whether an order has cost its deposit.
    mapping(bytes32 order => bool) public isForfeited;

    constructor(Market market_) MarketPart(market_) {
        require(market_.orders() == address(this), NotItsPart());
    }

    /// @notice Places a sealed order on chain, until `directSeconds` after its gate. It counts by itself, if the meter is
    /// the household's still in the slot of the gate. The household must have the deposit locked.
    function placeOrder(SetLeaf calldata leaf, uint64 slot) external {
        uint256 until = market.directUntil(slot);
        require(block.timestamp < until, NotTheTime(0, until));
        require(placed[leaf.order].household == address(0), AlreadyPlaced(leaf.order));
        require(_isSealed(leaf, slot), NotSealed(leaf.order));
        address household = terms.householdOf(leaf.meter, slot);
        market.requireLocked(household, market.orderDeposit());
        placed[leaf.order] = PlacedOrder(leaf.meter, slot, household);
        emit OrderPlaced(slot, leaf.order, leaf.meter, household, block.timestamp);
    }

    /// @notice Reveals an order, from finality of the set until `directSeconds` after the operator's time for reveals.
    /// Everybody can read it.
    function reveal(Order calldata order) external {
        (uint256 from, uint256 until) = (market.revealFrom(order.slot), market.chainRevealUntil(order.slot));
        require(block.timestamp >= from && block.timestamp < until, NotTheTime(from, until));
        require(market.hasSet(order.slot), NoMarket(order.slot));
        bytes32 orderHash = MarketMessages.hashOrder(order);
        require(!isRevealed[orderHash], AlreadyRevealed(orderHash));
        isRevealed[orderHash] = true;
        emit OrderRevealed(order.slot, orderHash, order);
    }

    /// @notice Moves the deposit of a household whose order of the set was never revealed to the pool, when the clearing is
    /// final; once an order.
    function forfeit(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        ResultDescent calldata result,
        CommittedSet calldata committed,
        SetDescent calldata sealedOrder
    ) external {
        uint64 slot = published.clearing.slot;
        _requireUnrevealed(published, zoneIndex, result);
        market.requireSet(committed);
        MarketTrees.openSetLeaf(committed, address(market), sealedOrder);
        bytes32 order = result.leaf.order;
        bool same = committed.slot == slot && sealedOrder.leaf.order == order;
        require(same && _isSealed(sealedOrder.leaf, slot), NotSealed(order));
        _forfeit(slot, order, terms.householdOf(sealedOrder.leaf.meter, slot));
    }

    /// @notice As `forfeit`, for an order that was placed directly.
    function forfeitPlaced(PublishedClearing calldata published, uint256 zoneIndex, ResultDescent calldata result)
        external
    {
        _requireUnrevealed(published, zoneIndex, result);
        (uint64 slot, bytes32 order) = (published.clearing.slot, result.leaf.order);
        require(counts(order, slot), NotPlaced(order));
        _forfeit(slot, order, placed[order].household);
    }

    /// @notice Whether an order was placed directly for the slot by the household that trades for the meter. Before the
    /// slot of the gate begins, it is so only as things stand.
    function counts(bytes32 order, uint64 slot) public view returns (bool) {
        PlacedOrder memory found = placed[order];
        return
            found.household != address(0) && found.slot == slot
                && found.household == terms.householdOf(found.meter, slot);
    }

    function _requireUnrevealed(PublishedClearing calldata published, uint256 zoneIndex, ResultDescent calldata result)
        private
        view
    {
        uint64 slot = published.clearing.slot;
        market.requireFinal(slot, MarketMessages.stampOf(published));
        MarketTrees.openResult(slot, _zoneOf(published, zoneIndex), address(market), result);
        bytes32 order = result.leaf.order;
        bool unrevealed = result.leaf.status == uint8(ResultStatus.Unrevealed) && !isRevealed[order];
        require(unrevealed && !isForfeited[order], NothingForfeited(order));
    }

    function _forfeit(uint64 slot, bytes32 order, address household) private {
        isForfeited[order] = true;
        emit OrderForfeited(slot, order, household);
        market.forfeitDeposit(household);
    }
}
