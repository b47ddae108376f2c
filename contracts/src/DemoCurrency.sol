// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A settlement currency for tests and demonstrations: six decimals, and whoever asks gets some.
/// @notice Never deploy this where money is meant: `mint` has no owner.
contract DemoCurrency is ERC20 {
    constructor() ERC20("DEMS demo euro", "dEUR") {}

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice Creates `amount` micro-units for `account`. Anybody may call it.
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }
}
