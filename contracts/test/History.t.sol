// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {History} from "../src/libraries/History.sol";
import {Checks} from "./Vm.sol";

/// @dev A history answers as a list of all slots would.
/// forge-config: default.fuzz.runs = 512
contract HistoryTest is Checks {
    using History for History.Values;

    uint64 private constant SLOTS = 40;
    History.Values private history;
    mapping(uint64 slot => bytes32) private planned;

    function test_answersAsAListWould(uint64[12] calldata from, uint64[12] calldata now_) public {
        uint64 current = 0;
        for (uint256 i = 0; i < from.length; ++i) {
            current = uint64(within(now_[i], current, current + 3));
            uint64 first = uint64(within(from[i], current + 1, SLOTS - 1));
            history.set(current, first, bytes32(i + 1));
            planned[first] = bytes32(i + 1);
        }
        bytes32 expected;
        for (uint64 slot = 0; slot < SLOTS; ++slot) {
            if (planned[slot] != 0) expected = planned[slot];
            (bytes32 value, uint64 since) = history.valueAt(slot);
            checkEqual(value, expected, "value");
            check(expected == 0 ? since == 0 : since <= slot && planned[since] == expected, "since");
        }
    }

    function set(uint64 current, uint64 from) external {
        history.set(current, from, "value");
    }

    function test_refusesSlotsThatHaveBegun(uint64 current, uint64 from) public {
        VM.assume(from <= current);
        VM.expectRevert(abi.encodeWithSelector(History.NotInTheFuture.selector, from, current));
        this.set(current, from);
    }
}
