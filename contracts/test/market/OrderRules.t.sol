// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Order, ZoneClearing} from "../../src/market/MarketTypes.sol";
import {OrderRules} from "../../src/market/libraries/OrderRules.sol";
import {BN254} from "../../src/libraries/BN254.sol";
import {Checks} from "../Vm.sol";

/// @dev The arithmetic of fills and blindings against another way to the same numbers.
contract OrderRulesTest is Checks {
    function _zoneAt(int64 price, uint64 bidRatio, uint64 offerRatio) private pure returns (ZoneClearing memory zone) {
        (zone.price, zone.bidRatio, zone.offerRatio) = (price, bidRatio, offerRatio);
    }

    /// @dev By shifting, and by comparing what the household gains.
    function test_fill(int64 price, int64 limit, uint32 quantity, uint256 bidRatio, uint256 offerRatio, bool offers)
        public
        pure
    {
        ZoneClearing memory zone =
            _zoneAt(price, uint64(within(bidRatio, 0, 2 ** 32)), uint64(within(offerRatio, 0, 2 ** 32)));
        Order memory order;
        (order.side, order.quantity, order.limit) = (offers ? 1 : 0, quantity, limit);
        int256 gain = offers ? int256(price) - limit : int256(limit) - price;
        uint256 ratio = offers ? zone.offerRatio : zone.bidRatio;
        uint256 expected = gain > 0 ? quantity : gain < 0 ? 0 : (uint256(quantity) * ratio) >> 32;
        checkEqual(OrderRules.fill(order, zone), expected, "filled");
        check(OrderRules.fill(order, zone) <= quantity, "never more than asked");
    }

    function test_fill_atTheLimit(int64 price, uint32 quantity, uint256 ratio, bool offers) public pure {
        test_fill(price, price, quantity, ratio, ratio, offers);
    }

    /// @dev Two orders get no more together than one of both: parts leave remainders to the utility.
    function test_fill_partsGetNoMore(uint256 seed, uint32 first, uint256 ratio) public pure {
        uint32 second = uint32(within(seed, 0, type(uint32).max - first));
        ZoneClearing memory zone = _zoneAt(5, uint64(within(ratio, 0, 2 ** 32)), 0);
        Order memory order;
        order.limit = 5;
        order.quantity = first;
        uint256 apart = OrderRules.fill(order, zone);
        order.quantity = second;
        apart += OrderRules.fill(order, zone);
        order.quantity = first + second;
        uint256 together = OrderRules.fill(order, zone);
        check(apart <= together && together <= apart + 1, "at most one Wh less");
    }

    /// @dev 512 bits reduced limb by limb.
    function test_blinding(bytes32 salt, uint64 slot, uint8 side, uint32 quantity) public pure {
        bytes memory wide = bytes.concat(
            keccak256(
                abi.encode(keccak256("DEMS result blinding v1"), salt, slot, side, uint256(quantity), uint256(0))
            ),
            keccak256(abi.encode(keccak256("DEMS result blinding v1"), salt, slot, side, uint256(quantity), uint256(1)))
        );
        uint256 expected;
        for (uint256 i = 0; i < 64; ++i) {
            expected = addmod(mulmod(expected, 256, BN254.ORDER), uint8(wide[i]), BN254.ORDER);
        }
        checkEqual(OrderRules.blinding(salt, slot, side, quantity), expected, "blinding");
    }

    function test_validity(Order memory order) public pure {
        bool expected = order.number < 8 && order.side < 2 && order.quantity > 0 && order.battery <= order.quantity
            && order.limit <= 10 ** 12 && order.limit >= -(10 ** 12);
        check(OrderRules.isValid(order, order.slot) == expected, "valid");
        check(order.slot == 0 || !OrderRules.isValid(order, order.slot - 1), "of its slot only");
    }

    function test_validity_ofOneThatIs(uint8 number, bool offers, uint32 quantity, uint256 battery, uint256 limit)
        public
        pure
    {
        Order memory order;
        (order.number, order.side) = (number % 8, offers ? 1 : 0);
        order.quantity = quantity == 0 ? 1 : quantity;
        order.battery = uint32(within(battery, 0, order.quantity));
        order.limit = int64(int256(within(limit, 0, 2 * 10 ** 12))) - 10 ** 12;
        check(OrderRules.isValid(order, 0), "valid");
    }
}
