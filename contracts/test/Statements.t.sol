// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Finding, Published, Statement} from "../src/LedgerTypes.sol";
import {MeterLedger} from "../src/MeterLedger.sol";
import {Accounts} from "../src/ledger/Accounts.sol";
import {Statements} from "../src/ledger/Statements.sol";
import {MeterSignature} from "../src/libraries/MeterSignature.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Community} from "./Community.sol";
import {Trees} from "./Trees.sol";

/// @dev The life of a slot: due, published, voided and replaced, final.
contract StatementsTest is Community {
    using Trees for Trees.Tree;

    function _true() private view returns (Statement memory) {
        return _tree(slot).statement(slot, 0);
    }

    function _refuse(Statement memory statement, bytes4 why) private {
        bytes32 before = ledger.records(statement.slot);
        _expect(why);
        VM.prank(operator);
        ledger.publish(statement);
        checkEqual(ledger.records(statement.slot), before, "nothing changed");
    }

    function test_publishedStatementBecomesFinalAfterTimeAndBlocks() public {
        Published memory published = _publish(_true());
        check(ledger.isPublished(published) && !ledger.isFinal(published), "open at first");
        _pass(3600, 239);
        check(!ledger.isFinal(published), "time without blocks ends nothing");
        _pass(0, 1);
        check(ledger.isFinal(published), "both end the window");
        (uint256 time, uint256 blockNumber) = ledger.finality(published);
        checkEqual(time, published.publishedAt + 3600, "final at");
        checkEqual(blockNumber, published.publishedBlock + 240, "final block");
    }

    function test_blocksWithoutTimeEndNothing() public {
        Published memory published = _publish(_true());
        _pass(3599, 10_000);
        check(!ledger.isFinal(published), "blocks without time");
    }

    function test_publish_onlyTheOperatorOfTheSlot() public {
        Statement memory statement = _true();
        _expect(Statements.NotTheOperator.selector);
        VM.prank(stranger);
        ledger.publish(statement);
        _expect(Statements.NotTheOperator.selector);
        VM.prank(authority);
        ledger.publish(statement);
    }

    function test_publish_onlyWithTheFullBond() public {
        VM.prank(operator);
        ledger.announceBondRelease(1);
        _refuse(_true(), Accounts.InsufficientBond.selector);
        VM.prank(operator);
        ledger.announceBondRelease(0);
        _publish(_true());
    }

    function test_publish_notBeforeTheSlotIsOver() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS - 1);
        _refuse(_true(), Statements.SlotNotOver.selector);
    }

    function test_publish_lateButWithinTheLimit() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 604_800);
        check(!ledger.isUnnetted(slot), "still possible");
        _publish(_true());
    }

    function test_publish_notAfterTheLimit() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 604_801);
        check(ledger.isUnnetted(slot), "utility prices apply");
        _refuse(_true(), Statements.TooLate.selector);
    }

    function test_publish_onceASlot() public {
        Statement memory statement = _true();
        _publish(statement);
        _expect(Statements.WrongAttempt.selector);
        VM.prank(operator);
        ledger.publish(statement);
        statement.attempt = 1;
        _expect(Statements.WrongAttempt.selector);
        VM.prank(operator);
        ledger.publish(statement);
    }

    function test_publish_malformedIsRefused() public {
        Statement memory statement = _true();
        statement.count = 2 ** 20 + 1;
        _refuse(statement, Statements.MalformedStatement.selector);
        statement.count = 2;
        _refuse(statement, Statements.MalformedStatement.selector);
        statement = _true();
        statement.feedInOwners = statement.count + 1;
        _refuse(statement, Statements.MalformedStatement.selector);
        statement = _true();
        statement.sums[1] ^= 1;
        _refuse(statement, Statements.MalformedStatement.selector);
        statement = _true();
        statement.sums[2] = type(uint256).max;
        _refuse(statement, Statements.MalformedStatement.selector);
    }

    function test_emptySlotCanBePublished() public {
        Published memory published = _publish(Trees.build(_leaves(slot, 0), address(ledger)), slot);
        checkEqual(published.statement.root, SumTree.EMPTY, "empty leaf");
        _finalize();
        check(ledger.isFinal(published), "final");
    }

    function test_isPublished_isBoundToTimeAndBlock() public {
        Published memory published = _publish(_true());
        published.publishedAt += 1;
        check(!ledger.isPublished(published), "time");
        published.publishedAt -= 1;
        published.publishedBlock -= 1;
        check(!ledger.isPublished(published), "block");
    }

    function _void(Published memory published) private {
        VM.prank(address(challenges));
        ledger.voidStatement(published, Finding.WrongNode, stranger, "");
    }

    function test_voidedSlotIsReplacedOnce() public {
        Published memory first = _publish(_true());
        _void(first);
        check(!ledger.isPublished(first), "fell");
        checkEqual(ledger.attemptOf(slot), 1, "the replacement is due");
        _restoreBond();
        _refuse(_true(), Statements.WrongAttempt.selector);
        Published memory second = _publish(_tree(slot), slot);
        checkEqual(second.statement.attempt, 1, "replacement");
        _void(second);
        check(ledger.isUnnetted(slot), "a second void is the end");
        _restoreBond();
        Statement memory third = _true();
        third.attempt = 1;
        _refuse(third, Statements.WrongAttempt.selector);
        third.attempt = 2;
        _refuse(third, Statements.TooLate.selector);
    }

    function test_replacementHasItsWindow() public {
        _void(_publish(_true()));
        _restoreBond();
        _pass(3600, 239);
        check(!ledger.isUnnetted(slot), "halted chain");
        _pass(0, 1);
        check(ledger.isUnnetted(slot), "over");
        Statement memory statement = _tree(slot).statement(slot, 1);
        _refuse(statement, Statements.TooLate.selector);
    }

    function test_replacementNeedsTheFullBondAgain() public {
        _void(_publish(_true()));
        _refuse(_tree(slot).statement(slot, 1), Accounts.InsufficientBond.selector);
    }

    function _restoreBond() private {
        VM.prank(operator);
        ledger.lockBond(SLASH);
    }

    function test_voidSlashesHalfToTheChallengerHalfToThePool() public {
        _void(_publish(_true()));
        (uint128 bond,,) = ledger.bonds(operator);
        checkEqual(bond, BOND - SLASH, "bond");
        checkEqual(ledger.balanceOf(stranger), SLASH / 2, "challenger");
        checkEqual(ledger.balanceOf(pool), SLASH / 2, "pool");
    }

    function test_voidStatement_onlyChallengesAndDemands() public {
        Published memory published = _publish(_true());
        address[4] memory others = [stranger, operator, authority, address(directInclusion)];
        for (uint256 i = 0; i < others.length; ++i) {
            _expect(MeterLedger.NotAPart.selector);
            VM.prank(others[i]);
            ledger.voidStatement(published, Finding.WrongNode, stranger, "");
        }
    }

    function test_voidStatement_neverOfAFinalSlot() public {
        Published memory published = _publish(_true());
        _finalize();
        _expect(Statements.AlreadyFinal.selector);
        VM.prank(address(challenges));
        ledger.voidStatement(published, Finding.WrongNode, stranger, "");
    }

    function test_hooks_onlyTheirParts() public {
        address[3] memory others = [stranger, operator, address(challenges)];
        for (uint256 i = 0; i < others.length; ++i) {
            VM.startPrank(others[i]);
            _expect(MeterLedger.NotAPart.selector);
            ledger.openDemand(slot);
            _expect(MeterLedger.NotAPart.selector);
            ledger.closeDemand(slot);
            _expect(MeterLedger.NotAPart.selector);
            ledger.joinInclusion(slot);
            _expect(MeterLedger.NotAPart.selector);
            ledger.leaveInclusion(slot);
            _expect(MeterLedger.NotAPart.selector);
            ledger.hold(operator, 1);
            _expect(MeterLedger.NotAPart.selector);
            ledger.release(stranger, 1);
            VM.stopPrank();
        }
        _expect(MeterLedger.NotAPart.selector);
        VM.prank(address(demands));
        ledger.slash(slot, stranger);
        _expect(MeterLedger.NotAPart.selector);
        VM.prank(address(demands));
        ledger.joinInclusion(slot);
        _expect(MeterLedger.NotAPart.selector);
        VM.prank(address(directInclusion));
        ledger.openDemand(slot);
    }

    function test_parametersAreChecked() public {
        for (uint256 i = 0; i < 7; ++i) {
            Statements.Parameters memory wrong = parameters();
            if (i == 0) wrong.publishLimitSeconds = wrong.publishSeconds - 1;
            if (i == 1) wrong.answerBlocks = 0;
            if (i == 2) wrong.challengeSeconds = wrong.answerSeconds - 1;
            if (i == 3) wrong.challengeBlocks = wrong.answerBlocks - 1;
            if (i == 4) wrong.replaceSeconds = 0;
            if (i == 5) wrong.bondAmount = wrong.slashAmount - 1;
            if (i == 6) wrong.bondReleaseSeconds = wrong.publishLimitSeconds;
            _expect(Statements.InvalidParameter.selector);
            this.deployLedger(wrong);
        }
    }

    function deployLedger(Statements.Parameters memory p) external returns (MeterLedger) {
        MeterLedger.Parts memory parts = MeterLedger.Parts(stranger, stranger, stranger);
        return new MeterLedger(registry, currency, pool, address(forwarder), parts, p);
    }

    function test_deploymentFailsWithoutP256() public {
        VM.mockCall(address(0x100), "", "");
        _expect(MeterSignature.P256PrecompileMissing.selector);
        this.deployLedger(parameters());
    }

    function test_deploymentFailsIfP256AcceptsEverything() public {
        VM.mockCall(address(0x100), "", abi.encode(uint256(1)));
        _expect(MeterSignature.P256PrecompileMissing.selector);
        this.deployLedger(parameters());
    }
}
