// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Signature} from "../LedgerTypes.sol";
import {Market} from "./Market.sol";
import {MarketPart} from "./MarketPart.sol";
import {ClearingStamp, CommittedSet, MarketFinding, SetDescent, SetLeaf} from "./MarketTypes.sol";
import {Orders} from "./Orders.sol";
import {MarketMessages} from "./libraries/MarketMessages.sol";
import {MarketTrees} from "./libraries/MarketTrees.sol";

/// @title Challenges of the set of orders (docs/market.md, section 8).
/// @notice Anybody may challenge, without a bond, from the commitment until the slot's market is final: a challenge
/// carries its whole proof and either voids or is refused as unfounded. `stamp` is what is published for the slot, zeros
/// where nothing is yet.
contract SetChallenges is MarketPart {
    /// @notice The set is right in this.
    error Unfounded();

    constructor(Market market_) MarketPart(market_) {
        require(market_.setChallenges() == address(this), NotItsPart());
    }

    /// @notice Voids if the operator gave a receipt for a sealed order that is not in the set and was not placed directly.
    /// @param sealedOrder What the operator received.
    /// @param receipt The operator's signature of the receipt with `receivedAt`.
    /// @param neighbours The leaves between which the order would stand, or the one at the edge; none in an empty set.
    function challengeOmittedOrder(
        CommittedSet calldata committed,
        ClearingStamp calldata stamp,
        SetLeaf calldata sealedOrder,
        uint64 receivedAt,
        Signature calldata receipt,
        SetDescent[] calldata neighbours
    ) external {
        _requireChallengeable(committed, stamp);
        uint64 slot = committed.slot;
        bytes32 received = MarketMessages.hashOrderReceipt(sealedOrder.order, sealedOrder.meter, slot, receivedAt);
        require(_isSignedByOperator(slot, received, receipt) && _isSealed(sealedOrder, slot), Unfounded());
        require(!Orders(market.orders()).counts(sealedOrder.order, slot), Unfounded());
        MarketTrees.requireAbsent(committed, address(market), neighbours, sealedOrder.order);
        market.voidSlot(slot, stamp, MarketFinding.OmittedOrder, _msgSender(), msg.data);
    }

    /// @notice Voids if a leaf is not signed by the household that trades for its meter.
    function challengeSetLeaf(
        CommittedSet calldata committed,
        ClearingStamp calldata stamp,
        SetDescent calldata descent
    ) external {
        _requireChallengeable(committed, stamp);
        MarketTrees.openSetLeaf(committed, address(market), descent);
        require(!_isSealed(descent.leaf, committed.slot), Unfounded());
        market.voidSlot(committed.slot, stamp, MarketFinding.WrongSetLeaf, _msgSender(), msg.data);
    }

    /// @notice Voids if two neighbouring leaves are not strictly ascending by order.
    function challengeSetOrder(
        CommittedSet calldata committed,
        ClearingStamp calldata stamp,
        SetDescent calldata first,
        SetDescent calldata second
    ) external {
        _requireChallengeable(committed, stamp);
        MarketTrees.openSetLeaf(committed, address(market), first);
        MarketTrees.openSetLeaf(committed, address(market), second);
        bool wrong = uint256(first.index) + 1 == second.index && first.leaf.order >= second.leaf.order;
        require(wrong, Unfounded());
        market.voidSlot(committed.slot, stamp, MarketFinding.WrongSetOrder, _msgSender(), msg.data);
    }

    function _requireChallengeable(CommittedSet calldata committed, ClearingStamp calldata stamp) private view {
        market.requireSet(committed);
        market.requireChallengeable(committed.slot, stamp);
    }
}
