// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {History} from "../../src/libraries/History.sol";
import {MarketTerms} from "../../src/market/MarketTerms.sol";
import {Terms, ZoneTerms} from "../../src/market/MarketTypes.sol";
import {Trading} from "./Trading.sol";

/// @dev Roles reach only slots whose gate has not come.
contract MarketTermsTest is Trading {
    function _zoneNumbers() private pure returns (uint32[] memory zones) {
        zones = new uint32[](2);
        (zones[0], zones[1]) = (1, 2);
    }

    function test_rolesOnly() public {
        Terms memory given = _terms();
        VM.startPrank(stranger);
        _expect(IAccessManaged.AccessManagedUnauthorized.selector);
        terms.setPrices(given.zones, slot + 9);
        _expect(IAccessManaged.AccessManagedUnauthorized.selector);
        terms.setCharges(_zoneNumbers(), given.charges, slot + 9);
        _expect(IAccessManaged.AccessManagedUnauthorized.selector);
        terms.appointOperator(stranger, slot + 9);
        VM.stopPrank();
        VM.prank(authority);
        _expect(IAccessManaged.AccessManagedUnauthorized.selector);
        terms.setPrices(given.zones, slot + 9);
        VM.prank(utility);
        _expect(IAccessManaged.AccessManagedUnauthorized.selector);
        terms.setCharges(_zoneNumbers(), given.charges, slot + 9);
    }

    function test_pricesHoldFromASlotOn() public {
        Terms memory given = _terms();
        terms.requireTerms(slot, given);
        given.zones[0].sell = 400_000;
        VM.prank(utility);
        terms.setPrices(given.zones, slot + 1);
        terms.requireTerms(slot, _terms());
        terms.requireTerms(slot + 1, given);
        _expect(MarketTerms.NotTheTerms.selector);
        terms.requireTerms(slot + 1, _terms());
        _expect(MarketTerms.NotTheTerms.selector);
        terms.requireTerms(FIRST_SLOT, given);
    }

    function test_termsAreOfTheSameZones() public {
        int64[] memory charges = new int64[](1);
        uint32[] memory zones = new uint32[](1);
        zones[0] = 1;
        VM.prank(authority);
        terms.setCharges(zones, charges, slot);
        _expect(MarketTerms.NotTheTerms.selector);
        terms.requireTerms(slot, _terms());
        Terms memory other = _terms();
        other.charges = charges;
        _expect(MarketTerms.NotTheTerms.selector);
        terms.requireTerms(slot, other);
    }

    function test_nothingChangesAfterTheGate() public {
        VM.warp(terms.gateOf(slot));
        checkEqual(terms.latestClosed(), slot, "its gate is now");
        Terms memory given = _terms();
        VM.prank(utility);
        _expect(History.NotInTheFuture.selector);
        terms.setPrices(given.zones, slot);
        VM.startPrank(authority);
        _expect(History.NotInTheFuture.selector);
        terms.setCharges(_zoneNumbers(), given.charges, slot);
        _expect(MarketTerms.TooSoon.selector);
        terms.appointOperator(stranger, slot);
        terms.setCharges(_zoneNumbers(), given.charges, slot + 1);
        VM.stopPrank();
    }

    function test_pricesMustMakeSense() public {
        VM.startPrank(utility);
        ZoneTerms[] memory zones = new ZoneTerms[](0);
        _expect(MarketTerms.WrongZones.selector);
        terms.setPrices(zones, slot);
        _expect(MarketTerms.WrongZones.selector);
        terms.setPrices(new ZoneTerms[](33), slot);
        zones = _terms().zones;
        zones[1].zone = 1;
        _expect(MarketTerms.WrongZones.selector);
        terms.setPrices(zones, slot);
        zones = _terms().zones;
        zones[1].buy = SELL + 1;
        _expect(MarketTerms.WrongPrices.selector);
        terms.setPrices(zones, slot);
        zones[1] = ZoneTerms(2, 10 ** 12 + 1, 0);
        _expect(MarketTerms.WrongPrices.selector);
        terms.setPrices(zones, slot);
        zones[1] = ZoneTerms(2, 0, -(10 ** 12) - 1);
        _expect(MarketTerms.WrongPrices.selector);
        terms.setPrices(zones, slot);
        VM.stopPrank();
    }

    function test_chargesMustMakeSense() public {
        VM.startPrank(authority);
        uint32[] memory zones = _zoneNumbers();
        int64[] memory charges = new int64[](3);
        _expect(MarketTerms.WrongCharges.selector);
        terms.setCharges(zones, charges, slot);
        charges = new int64[](4);
        charges[3] = 1;
        _expect(MarketTerms.WrongCharges.selector);
        terms.setCharges(zones, charges, slot);
        (charges[3], charges[1]) = (0, -1);
        _expect(MarketTerms.WrongCharges.selector);
        terms.setCharges(zones, charges, slot);
        (zones[0], charges[1]) = (2, 0);
        _expect(MarketTerms.WrongZones.selector);
        terms.setCharges(zones, charges, slot);
        _expect(MarketTerms.WrongZones.selector);
        terms.setCharges(new uint32[](0), new int64[](0), slot);
        VM.stopPrank();
    }

    function test_operatorIsAppointedForLaterSlots() public {
        VM.startPrank(authority);
        _expect(MarketTerms.NotAnOperator.selector);
        terms.appointOperator(address(0), slot + 7 days / 900);
        uint64 from = terms.latestClosed() + 7 days / 900 + 1;
        _expect(MarketTerms.TooSoon.selector);
        terms.appointOperator(stranger, from - 1);
        terms.appointOperator(stranger, from);
        VM.stopPrank();
        checkEqual(terms.operatorAt(from - 1), operator, "still the first");
        checkEqual(terms.operatorAt(from), stranger, "then the second");
        checkEqual(terms.operatorAt(FIRST_SLOT), address(0), "none before");
    }

    /// @dev Else a household could leave after the gate and bring down an honest set.
    function test_theRegistryIsReadAtTheGate() public {
        VM.warp(terms.gateOf(slot));
        uint64 next = terms.gateSlotOf(slot) + 1;
        VM.prank(_household(0));
        registry.leaveCommunity(_meter(0), next);
        checkEqual(registry.householdAt(_meter(0), slot), address(0), "gone when the slot begins");
        checkEqual(terms.householdOf(_meter(0), slot), _household(0), "but it has traded");
        VM.prank(authority);
        registry.setZone(_meter(0), bytes32(uint256(2)), next);
        checkEqual(terms.zoneOf(_meter(0), slot), 1, "where it was");
    }

    function test_gatesLieBefore() public view {
        checkEqual(terms.gateOf(slot), uint256(slot) * 900 - 3600, "an hour");
        checkEqual(terms.gateSlotOf(slot), slot - 4, "four slots");
        checkEqual(terms.gateOf(1), 0, "no time before time");
    }

    function test_constructorRefusesNoGate() public {
        _expect(MarketTerms.InvalidParameter.selector);
        this.create("MarketTerms", abi.encode(address(this), registry, uint64(0)));
    }
}
