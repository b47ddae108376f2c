// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Inclusion, Reading} from "../LedgerTypes.sol";

/// @title What the ledger asks of direct inclusion.
interface IDirectInclusion {
    /// @notice The two points A_w, A_f that direct inclusions add to a slot's sums.
    function accumulators(uint64 slot) external view returns (uint256[4] memory);

    /// @notice Reverts unless exactly this reading stands beside the root of its slot.
    function requireIncluded(Reading calldata reading, Inclusion calldata inclusion) external view;
}
