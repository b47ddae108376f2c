// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The money in the ledger: accounts that bonds and deposits are taken from, and the operator's bond.
/// @notice A decision moves money between accounts only; the currency is called by `deposit`, `withdraw` and
/// `withdrawPool` alone, so no recipient can stop a decision. No role reaches into any of it.
abstract contract Accounts is Context, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice An operator's bond; `leaving` of it is announced to leave at `leavesAt`, and can be slashed until it is out.
    struct Bond {
        uint128 amount;
        uint128 leaving;
        uint64 leavesAt;
    }

    error InsufficientBalance(address account, uint256 balance, uint256 needed);
    error InsufficientBond(address operator, uint256 bond, uint256 needed);
    error BondStillLocked(address operator, uint256 leavesAt);

    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);
    /// @notice A bond or deposit moved from an account into the keeping of a part of the ledger.
    event Held(address indexed part, address indexed account, uint256 amount);
    /// @notice A bond or deposit moved out of the keeping of a part of the ledger to an account.
    event Released(address indexed part, address indexed account, uint256 amount);
    event BondChanged(address indexed operator, uint256 amount, uint256 leaving, uint64 leavesAt);
    event Slashed(address indexed operator, address indexed challenger, uint256 toChallenger, uint256 toPool);

    /// @notice The settlement currency (ERC-20 without fees on transfer; amounts in its smallest unit).
    IERC20 public immutable currency;
    /// @notice The community's pool, which gets half of what is slashed.
    address public immutable pool;
    /// @notice What an operator needs to publish.
    uint256 public immutable bondAmount;
    /// @notice What a void costs the operator.
    uint256 public immutable slashAmount;
    /// @notice How long a bond stays liable after its withdrawal was announced.
    uint64 public immutable bondReleaseSeconds;

    /// @notice What an account has at its disposal.
    mapping(address account => uint256) public balanceOf;
    /// @notice The bonds of the operators.
    mapping(address operator => Bond) public bonds;
    /// @notice What a part of the ledger keeps of bonds and deposits.
    mapping(address part => uint256) public heldBy;

    constructor(
        IERC20 currency_,
        address pool_,
        uint256 bondAmount_,
        uint256 slashAmount_,
        uint64 bondReleaseSeconds_
    ) {
        (currency, pool) = (currency_, pool_);
        (bondAmount, slashAmount, bondReleaseSeconds) = (bondAmount_, slashAmount_, bondReleaseSeconds_);
    }

    /// @notice Moves `amount` of the sender's currency, which it has approved, to its account. Anybody.
    function deposit(uint256 amount) external nonReentrant {
        balanceOf[_msgSender()] += amount;
        emit Deposited(_msgSender(), amount);
        currency.safeTransferFrom(_msgSender(), address(this), amount);
    }

    /// @notice Pays `amount` of the sender's account out to `to`. Anybody, at any time.
    function withdraw(uint256 amount, address to) external nonReentrant {
        _withdraw(_msgSender(), amount, to);
    }

    /// @notice Pays the pool's account out to the pool. Anybody.
    function withdrawPool() external nonReentrant {
        _withdraw(pool, balanceOf[pool], pool);
    }

    /// @notice Adds `amount` of the sender's account to its bond. Anybody; it counts for operators.
    function lockBond(uint256 amount) external {
        _debit(_msgSender(), amount);
        Bond storage bond = bonds[_msgSender()];
        bond.amount += amount.toUint128();
        _emitBond(_msgSender(), bond);
    }

    /// @notice Announces that `amount` of the sender's bond leaves after the delay; replaces an earlier announcement.
    function announceBondRelease(uint256 amount) external {
        Bond storage bond = bonds[_msgSender()];
        require(amount <= bond.amount, InsufficientBond(_msgSender(), bond.amount, amount));
        bond.leaving = amount.toUint128();
        bond.leavesAt = (block.timestamp + bondReleaseSeconds).toUint64();
        _emitBond(_msgSender(), bond);
    }

    /// @notice Moves what was announced, and was not slashed meanwhile, from the sender's bond to its account.
    function releaseBond() external {
        Bond storage bond = bonds[_msgSender()];
        uint128 amount = bond.leaving;
        require(amount != 0 && block.timestamp >= bond.leavesAt, BondStillLocked(_msgSender(), bond.leavesAt));
        (bond.amount, bond.leaving) = (bond.amount - amount, 0);
        balanceOf[_msgSender()] += amount;
        _emitBond(_msgSender(), bond);
    }

    function _requireFullBond(address operator) internal view {
        _requireLocked(operator, bondAmount);
    }

    /// @dev Of what an account has locked, `needed` must not be about to leave.
    function _requireLocked(address account, uint256 needed) internal view {
        Bond storage bond = bonds[account];
        uint256 staying = bond.amount - bond.leaving;
        require(staying >= needed, InsufficientBond(account, staying, needed));
    }

    /// @dev Takes what is there where the bond is smaller than the slash.
    function _slash(address operator, address challenger) internal {
        uint256 amount = _takeBond(operator, slashAmount);
        uint256 toChallenger = amount / 2;
        balanceOf[challenger] += toChallenger;
        balanceOf[pool] += amount - toChallenger;
        emit Slashed(operator, challenger, toChallenger, amount - toChallenger);
    }

    /// @dev Moves `amount` of what an account has locked, or what is there, to the pool; returns how much it was.
    function _forfeit(address account, uint256 amount) internal returns (uint256 taken) {
        taken = _takeBond(account, amount);
        balanceOf[pool] += taken;
    }

    function _hold(address part, address account, uint256 amount) internal {
        _debit(account, amount);
        heldBy[part] += amount;
        emit Held(part, account, amount);
    }

    /// @dev A part can give back no more than it keeps.
    function _release(address part, address account, uint256 amount) internal {
        uint256 held = heldBy[part];
        require(held >= amount, InsufficientBalance(part, held, amount));
        heldBy[part] = held - amount;
        balanceOf[account] += amount;
        emit Released(part, account, amount);
    }

    function _debit(address account, uint256 amount) private {
        uint256 balance = balanceOf[account];
        require(balance >= amount, InsufficientBalance(account, balance, amount));
        balanceOf[account] = balance - amount;
    }

    /// @dev Whoever calls it credits what is taken. What is about to leave goes last.
    function _takeBond(address account, uint256 amount) private returns (uint256 taken) {
        Bond storage bond = bonds[account];
        taken = amount < bond.amount ? amount : bond.amount;
        bond.amount -= taken.toUint128();
        if (bond.leaving > bond.amount) bond.leaving = bond.amount;
        _emitBond(account, bond);
    }

    function _withdraw(address account, uint256 amount, address to) private {
        _debit(account, amount);
        emit Withdrawn(account, to, amount);
        currency.safeTransfer(to, amount);
    }

    function _emitBond(address operator, Bond storage bond) private {
        emit BondChanged(operator, bond.amount, bond.leaving, bond.leavesAt);
    }
}
