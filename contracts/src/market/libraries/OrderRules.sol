// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Order, ResultLeaf, ZoneClearing} from "../MarketTypes.sol";
import {BN254} from "../../libraries/BN254.sol";

/// @title What an order gets at the published prices, and how that is committed (docs/market.md, sections 3, 6, 7).
/// @notice Nothing here reverts because of what a household or an operator made up: it decides.
library OrderRules {
    uint8 internal constant BID = 0;
    uint8 internal constant OFFER = 1;
    uint8 internal constant NUMBERS = 8;
    int64 internal constant LARGEST_PRICE = 10 ** 12;
    /// @notice The fill ratio 1.
    uint64 internal constant ONE = 2 ** 32;
    bytes32 private constant BLINDING_TAG = keccak256("DEMS result blinding v1");

    /// @notice Whether an order is valid as far as it tells itself.
    function isValid(Order memory order, uint64 slot) internal pure returns (bool) {
        return order.slot == slot && order.number < NUMBERS && order.side <= OFFER && order.quantity != 0
            && order.battery <= order.quantity && isPrice(order.limit);
    }

    function isPrice(int64 price) internal pure returns (bool) {
        return price >= -LARGEST_PRICE && price <= LARGEST_PRICE;
    }

    /// @notice The Wh that an order gets of its quantity.
    function fill(Order memory order, ZoneClearing memory zone) internal pure returns (uint256) {
        if (order.limit == zone.price) {
            return uint256(order.quantity) * (order.side == BID ? zone.bidRatio : zone.offerRatio) / ONE;
        }
        return (order.limit > zone.price) == (order.side == BID) ? order.quantity : 0;
    }

    /// @notice The blinding of what an order got on a side: it follows from the salt, so nobody needs to be told.
    function blinding(bytes32 salt, uint64 slot, uint8 side, uint256 quantity) internal pure returns (uint256) {
        uint256 high = uint256(keccak256(abi.encode(BLINDING_TAG, salt, slot, side, quantity, 0)));
        uint256 low = uint256(keccak256(abi.encode(BLINDING_TAG, salt, slot, side, quantity, 1)));
        uint256 shift = addmod(type(uint256).max, 1, BN254.ORDER);
        return addmod(mulmod(high, shift, BN254.ORDER), low, BN254.ORDER);
    }

    /// @notice Whether the points of a result commit to what the order gets.
    function isFilled(Order memory order, ZoneClearing memory zone, ResultLeaf memory leaf)
        internal
        view
        returns (bool)
    {
        uint256 filled = fill(order, zone);
        (uint256 bought, uint256 sold) = order.side == BID ? (filled, uint256(0)) : (uint256(0), filled);
        BN254.Point memory b = BN254.commit(bought, blinding(order.salt, order.slot, BID, bought));
        BN254.Point memory s = BN254.commit(sold, blinding(order.salt, order.slot, OFFER, sold));
        return b.x == leaf.points[0] && b.y == leaf.points[1] && s.x == leaf.points[2] && s.y == leaf.points[3];
    }
}
