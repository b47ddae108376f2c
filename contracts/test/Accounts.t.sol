// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Finding} from "../src/LedgerTypes.sol";
import {MeterLedger} from "../src/MeterLedger.sol";
import {Accounts} from "../src/ledger/Accounts.sol";
import {Community} from "./Community.sol";
import {Trees} from "./Trees.sol";

/// @dev A currency that calls back into the ledger while it is paid out.
contract ReentrantCurrency is ERC20("reentrant", "R") {
    MeterLedger public ledger;

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function aim(MeterLedger ledger_) external {
        ledger = ledger_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        ledger.withdraw(amount, to);
        return super.transfer(to, amount);
    }
}

/// @dev Money in the ledger: only the owner takes it out, nobody can keep it from that.
contract AccountsTest is Community {
    using Trees for Trees.Tree;

    function test_depositAndWithdraw(uint96 amount, uint96 part) public {
        part = uint96(within(part, 0, amount));
        _fund(stranger, amount);
        checkEqual(ledger.balanceOf(stranger), amount, "credited");
        VM.prank(stranger);
        ledger.withdraw(part, pool);
        checkEqual(ledger.balanceOf(stranger), amount - part, "debited");
        checkEqual(currency.balanceOf(pool), part, "paid");
    }

    function test_theDemosCurrencyHasSixDecimals() public view {
        checkEqual(currency.decimals(), 6, "micro-units");
    }

    function test_withdraw_onlyOnesOwn() public {
        _fund(stranger, 10);
        _expect(Accounts.InsufficientBalance.selector);
        VM.prank(stranger);
        ledger.withdraw(11, stranger);
        address[3] memory others = [authority, admin, operator];
        for (uint256 i = 0; i < others.length; ++i) {
            uint256 own = ledger.balanceOf(others[i]);
            _expect(Accounts.InsufficientBalance.selector);
            VM.prank(others[i]);
            ledger.withdraw(own + 1, others[i]);
        }
    }

    function test_withdraw_isNotReentrant() public {
        ReentrantCurrency hostile = new ReentrantCurrency();
        MeterLedger.Parts memory parts = MeterLedger.Parts(stranger, stranger, stranger);
        MeterLedger other =
            new MeterLedger(registry, IERC20(address(hostile)), pool, address(forwarder), parts, parameters());
        hostile.mint(address(this), 100);
        hostile.approve(address(other), 100);
        other.deposit(100);
        hostile.aim(other);
        VM.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        other.withdraw(10, address(this));
    }

    function test_lockBond_onlyWhatIsThere() public {
        _expect(Accounts.InsufficientBalance.selector);
        VM.prank(stranger);
        ledger.lockBond(1);
    }

    function test_releaseBond_afterItsDelay() public {
        VM.startPrank(operator);
        uint256 before = ledger.balanceOf(operator);
        ledger.announceBondRelease(BOND);
        _expect(Accounts.BondStillLocked.selector);
        ledger.releaseBond();
        VM.warp(block.timestamp + 30 days);
        ledger.releaseBond();
        checkEqual(ledger.balanceOf(operator), before + BOND, "back in the account");
        (uint128 bond, uint128 leaving,) = ledger.bonds(operator);
        checkEqual(uint256(bond) + leaving, 0, "nothing is left");
        _expect(Accounts.BondStillLocked.selector);
        ledger.releaseBond();
        VM.stopPrank();
    }

    function test_announceBondRelease_onlyWhatIsThere() public {
        _expect(Accounts.InsufficientBond.selector);
        VM.prank(operator);
        ledger.announceBondRelease(BOND + 1);
        _expect(Accounts.InsufficientBond.selector);
        VM.prank(stranger);
        ledger.announceBondRelease(1);
    }

    function test_leavingBondIsStillLiable() public {
        VM.startPrank(address(challenges));
        for (uint256 i = 0; i < 2; ++i) {
            ledger.slash(slot, stranger);
        }
        VM.stopPrank();
        VM.prank(operator);
        ledger.announceBondRelease(BOND - 2 * SLASH);
        VM.prank(address(challenges));
        ledger.slash(slot, stranger);
        (uint128 bond, uint128 leaving,) = ledger.bonds(operator);
        checkEqual(uint256(bond) + leaving, 0, "a slash takes what is there, leaving or not");
        checkEqual(ledger.balanceOf(stranger) + ledger.balanceOf(pool), BOND, "all of it went to the two");
    }

    function test_withdrawPool_paysThePoolWhoeverAsks() public {
        VM.prank(address(challenges));
        ledger.slash(slot, stranger);
        VM.prank(stranger);
        ledger.withdrawPool();
        checkEqual(currency.balanceOf(pool), SLASH / 2, "paid to the pool");
        checkEqual(ledger.balanceOf(pool), 0, "once");
    }

    function test_release_noMoreThanIsHeld() public {
        _fund(stranger, 10);
        VM.startPrank(address(demands));
        ledger.hold(stranger, 10);
        _expect(Accounts.InsufficientBalance.selector);
        ledger.release(operator, 11);
        ledger.release(operator, 10);
        VM.stopPrank();
        _expect(Accounts.InsufficientBalance.selector);
        VM.prank(address(directInclusion));
        ledger.release(operator, 1);
    }
}
