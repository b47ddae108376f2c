// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {MarketSlots} from "./MarketSlots.sol";
import {MarketTerms} from "./MarketTerms.sol";
import {ClearingStamp, MarketFinding} from "./MarketTypes.sol";

/// @title The community's market: one set of orders and one clearing a slot, which everybody can bring down if it is wrong.
/// @notice docs/market.md is what it implements, together with its parts. It has no roles: who commits and publishes is
/// decided by the terms before the gate; nobody can switch off direct orders, reveals, challenges, demands or
/// withdrawals; and the operator has no function that moves anybody's money.
contract Market is MarketSlots, ERC2771Context {
    /// @notice The contracts that decide for the market, fixed at deployment.
    struct MarketParts {
        address orders;
        address setChallenges;
        address resultChallenges;
        address demands;
    }

    error NotAPart(address sender);

    /// @notice A household's deposit for an order that it did not reveal went to the pool.
    event DepositForfeited(address indexed household, uint256 amount);

    address public immutable orders;
    address public immutable setChallenges;
    address public immutable resultChallenges;
    address public immutable demands;

    /// @param forwarder Takes signed requests of households that have no gas (ERC-2771); fixed for good.
    /// @param parts Where the parts will be deployed, after the market.
    constructor(
        MarketTerms terms_,
        IERC20 currency_,
        address pool_,
        address forwarder,
        MarketParts memory parts,
        MarketParameters memory parameters
    ) MarketSlots(terms_, currency_, pool_, parameters) ERC2771Context(forwarder) {
        (orders, setChallenges) = (parts.orders, parts.setChallenges);
        (resultChallenges, demands) = (parts.resultChallenges, parts.demands);
    }

    /// @notice Voids a slot's market for good and slashes its operator. Only challenges and demands.
    function voidSlot(
        uint64 slot,
        ClearingStamp calldata stamp,
        MarketFinding finding,
        address challenger,
        bytes calldata proof
    ) external {
        bool part =
            msg.sender == setChallenges || msg.sender == resultChallenges || msg.sender == demands;
        require(part, NotAPart(msg.sender));
        requireChallengeable(slot, stamp);
        _void(slot, finding, challenger, proof);
    }

    /// @notice Counts a demand of a slot as open. Only demands.
    function openDemand(uint64 slot) external {
        require(msg.sender == demands, NotAPart(msg.sender));
        ++disputes[slot].openDemands;
    }

    /// @notice Counts a demand of a slot as answered and keeps the slot open for what the answer shows. Only demands.
    function closeDemand(uint64 slot) external {
        require(msg.sender == demands, NotAPart(msg.sender));
        --disputes[slot].openDemands;
        _extend(slot);
    }

    /// @notice Moves a bond from an account into the sender's keeping. Only demands.
    function hold(address account, uint256 amount) external {
        require(msg.sender == demands, NotAPart(msg.sender));
        _hold(msg.sender, account, amount);
    }

    /// @notice Moves a bond from the sender's keeping to an account. Only demands.
    function release(address account, uint256 amount) external {
        require(msg.sender == demands, NotAPart(msg.sender));
        _release(msg.sender, account, amount);
    }

    /// @notice Moves `orderDeposit` from what a household has locked to the pool. Only orders.
    function forfeitDeposit(address household) external {
        require(msg.sender == orders, NotAPart(msg.sender));
        uint256 amount = _forfeit(household, orderDeposit);
        emit DepositForfeited(household, amount);
    }

    /// @notice Reverts unless an account has locked `amount` that is not about to leave.
    function requireLocked(address account, uint256 amount) external view {
        _requireLocked(account, amount);
    }

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
