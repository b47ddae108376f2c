// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A value by slot that can change for future slots only.
library History {
    /// @notice A value that holds from slot `from` on.
    struct Entry {
        uint64 from;
        bytes32 value;
    }

    struct Values {
        Entry[] entries;
    }

    /// @notice Slots that have begun keep what they have.
    error NotInTheFuture(uint64 from, uint64 currentSlot);

    /// @notice Lets `value` hold from slot `from` until the next change; changes planned for other slots stay.
    function set(Values storage self, uint64 currentSlot, uint64 from, bytes32 value) internal {
        require(from > currentSlot, NotInTheFuture(from, currentSlot));
        Entry[] storage entries = self.entries;
        uint256 place = _countUntil(entries, from);
        if (place != 0 && entries[place - 1].from == from) {
            entries[place - 1].value = value;
            return;
        }
        entries.push();
        for (uint256 i = entries.length - 1; i > place; --i) {
            entries[i] = entries[i - 1];
        }
        entries[place] = Entry(from, value);
    }

    /// @notice The value that holds in `slot` and the slot it holds from; zeros before the first.
    function valueAt(Values storage self, uint64 slot) internal view returns (bytes32 value, uint64 from) {
        uint256 count = _countUntil(self.entries, slot);
        if (count != 0) (value, from) = (self.entries[count - 1].value, self.entries[count - 1].from);
    }

    function _countUntil(Entry[] storage entries, uint64 slot) private view returns (uint256 low) {
        uint256 high = entries.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (entries[middle].from <= slot) low = middle + 1;
            else high = middle;
        }
    }
}
