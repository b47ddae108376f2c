// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DirectInclusion} from "../src/DirectInclusion.sol";
import {
    Anchor,
    Finding,
    Inclusion,
    InclusionProof,
    Leaf,
    Published,
    Reading,
    SealedOpenings,
    Signature
} from "../src/LedgerTypes.sol";
import {Accounts} from "../src/ledger/Accounts.sol";
import {Statements} from "../src/ledger/Statements.sol";
import {BN254} from "../src/libraries/BN254.sol";
import {Messages} from "../src/libraries/Messages.sol";
import {MeterSignature} from "../src/libraries/MeterSignature.sol";
import {SealedOpening} from "../src/libraries/SealedOpening.sol";
import {Community} from "./Community.sol";
import {Trees} from "./Trees.sol";

/// @dev Direct inclusion: the household's way past the operator, and the operator's defence against false ones.
contract DirectInclusionTest is Community {
    using Trees for Trees.Tree;

    uint256 private constant LEFT_OUT = 4;
    address private household;

    function setUp() public override {
        super.setUp();
        household = devices[LEFT_OUT].household;
        _fund(household, 3 * DEPOSIT);
    }

    /// @dev A statement that leaves out the last two meters, the fifth household's among them.
    function _publishWithout() private returns (Published memory) {
        return _publish(Trees.build(_leaves(slot, LEFT_OUT), address(ledger)), slot);
    }

    function _reading() private view returns (Reading memory) {
        return _first(LEFT_OUT, slot);
    }

    function _refuse(address sender, Reading memory reading, Published memory current, bytes4 why) private {
        _refuseSealed(sender, reading, _seal(LEFT_OUT, reading), current, why);
    }

    function _refuseSealed(
        address sender,
        Reading memory reading,
        SealedOpenings memory openings,
        Published memory current,
        bytes4 why
    ) private {
        _refuseSigned(sender, reading, _signByMeter(LEFT_OUT, reading), openings, current, why);
    }

    function _refuseSigned(
        address sender,
        Reading memory reading,
        Signature memory signature,
        SealedOpenings memory openings,
        Published memory current,
        bytes4 why
    ) private {
        _expect(why);
        VM.prank(sender);
        directInclusion.include(reading, signature, openings, current);
        checkEqual(_inclusions(reading.slot), 0, "nothing changed");
    }

    function _checkAccumulated(Reading memory reading) private view {
        uint256[4] memory sums = directInclusion.accumulators(slot);
        checkEqual(sums[0], reading.points[2], "C_1.x");
        checkEqual(sums[1], reading.points[3], "C_1.y");
        checkEqual(sums[2], reading.points[6], "C_3.x");
        checkEqual(sums[3], reading.points[7], "C_3.y");
    }

    function _checkEmpty() private view {
        uint256[4] memory sums = directInclusion.accumulators(slot);
        check(sums[0] | sums[1] | sums[2] | sums[3] == 0, "the accumulators are empty again");
        checkEqual(directInclusion.inclusions(slot, devices[LEFT_OUT].id), 0, "no inclusion");
    }

    function test_include_joinsTheSums() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        _include(LEFT_OUT, reading, published);
        _checkAccumulated(reading);
        checkEqual(ledger.balanceOf(household), 2 * DEPOSIT, "deposit is taken");
        _finalize();
        uint256[4] memory sums = ledger.finalSums(published);
        BN254.Point memory expected = BN254.add(
            BN254.Point(published.statement.sums[0], published.statement.sums[1]), Messages.point(reading, 1)
        );
        check(sums[0] == expected.x && sums[1] == expected.y, "root and accumulator are added");
    }

    function test_include_severalReadings() public {
        Published memory published = _publishWithout();
        _fund(devices[5].household, DEPOSIT);
        _include(LEFT_OUT, _reading(), published);
        _include(5, _first(5, slot), published);
        checkEqual(_inclusions(slot), 2, "both stand");
        _finalize();
        netting.open(published, _sumOpening(slot, 1, METERS), _sumOpening(slot, 3, METERS));
    }

    function test_include_beforeAnyStatementFromTheDueTimeOn() public {
        Reading memory reading = _reading();
        _refuse(household, reading, _nothing(), DirectInclusion.TooEarly.selector);
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 900);
        _include(LEFT_OUT, reading, _nothing());
        Published memory published = _publishWithout();
        _finalize();
        check(ledger.isFinal(published), "final");
        _checkAccumulated(reading);
    }

    function test_include_survivesAVoid() public {
        Published memory published = _publishWithout();
        _include(LEFT_OUT, _reading(), published);
        VM.prank(address(challenges));
        ledger.voidStatement(published, Finding.WrongNode, stranger, "");
        _checkAccumulated(_reading());
    }

    function test_include_whileAReplacementIsDue() public {
        Published memory published = _publishWithout();
        VM.prank(address(challenges));
        ledger.voidStatement(published, Finding.WrongNode, stranger, "");
        _include(LEFT_OUT, _reading(), _nothing());
        _checkAccumulated(_reading());
    }

    function test_include_keepsTheSlotOpen() public {
        Published memory published = _publishWithout();
        _pass(3599, 239);
        _include(LEFT_OUT, _reading(), published);
        _pass(1799, 120);
        check(!ledger.isFinal(published), "the operator has time to contest it");
        _pass(1, 0);
        check(ledger.isFinal(published), "then it is final");
    }

    function test_include_notAfterTheChallengeWindow() public {
        Published memory published = _publishWithout();
        _pass(3600, 240);
        _refuse(household, _reading(), published, DirectInclusion.TooLate.selector);
    }

    function test_include_notWhereUtilityPricesApplyAlready() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 604_801);
        _refuse(household, _reading(), _nothing(), DirectInclusion.TooLate.selector);
    }

    function test_include_notBeforeTheSlotIsOver() public {
        Published memory current = _nothing();
        slot += 1;
        _refuse(household, _reading(), current, DirectInclusion.SlotNotOver.selector);
    }

    function test_include_needsWhatIsPublished() public {
        Published memory published = _publishWithout();
        _refuse(household, _reading(), _nothing(), Statements.NotPublished.selector);
        published.publishedBlock -= 1;
        _refuse(household, _reading(), published, Statements.NotPublished.selector);
    }

    function test_include_onlyTheHousehold() public {
        Published memory published = _publishWithout();
        address[4] memory others = [stranger, operator, authority, devices[0].household];
        for (uint256 i = 0; i < others.length; ++i) {
            _refuse(others[i], _reading(), published, DirectInclusion.NotTheHousehold.selector);
        }
    }

    function test_include_onlyRegisteredMeters() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        reading.meter = bytes32(uint256(1));
        _refuse(household, reading, published, DirectInclusion.NotTheHousehold.selector);
    }

    function test_include_onlyWithTheDeposit() public {
        Published memory published = _publishWithout();
        VM.prank(household);
        ledger.withdraw(3 * DEPOSIT, household);
        _refuse(household, _reading(), published, Accounts.InsufficientBalance.selector);
    }

    function test_include_onlyOnce() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        _include(LEFT_OUT, reading, published);
        reading.revision = 1;
        Signature memory signature = _signByMeter(LEFT_OUT, reading);
        SealedOpenings memory openings = _seal(LEFT_OUT, reading);
        _expect(DirectInclusion.AlreadyIncluded.selector);
        VM.prank(household);
        directInclusion.include(reading, signature, openings, published);
    }

    function test_include_unsoundReadings(uint256 x, uint256 y, uint8 which) public {
        VM.assume(!BN254.isValid(BN254.Point(x, y)));
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        _setPoint(reading, which % 8, BN254.Point(x, y));
        _refuse(household, reading, published, DirectInclusion.UnsoundReading.selector);
    }

    function test_include_wrongKeyOrSignature() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        reading.key = _first(0, slot).key;
        _refuse(household, reading, published, DirectInclusion.UnsoundReading.selector);
        reading = _reading();
        Signature memory signature = _signByMeter(0, reading);
        _refuseSigned(
            household, reading, signature, _seal(LEFT_OUT, reading), published, DirectInclusion.UnsoundReading.selector
        );
    }

    function test_include_replayFromAnotherSlotIsTheSameReadingOnly() public {
        Published memory published = _publishWithout();
        Reading memory old = _first(LEFT_OUT, slot - 1);
        Signature memory signature = _signByMeter(LEFT_OUT, old);
        old.slot = slot;
        _refuseSigned(
            household, old, signature, _seal(LEFT_OUT, old), published, DirectInclusion.UnsoundReading.selector
        );
    }

    function test_include_registersThatStartWrongly() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        _setPoint(reading, 6, BN254.add(Messages.point(reading, 6), BN254.generator()));
        _refuse(household, reading, published, DirectInclusion.UnsoundReading.selector);
        reading = _read(LEFT_OUT, slot, _reading());
        _refuse(household, reading, published, DirectInclusion.UnsoundReading.selector);
    }

    // Registers

    function _includeFollowing(Reading memory previous, uint256 surplus)
        private
        returns (Published memory published, Reading memory reading, Inclusion memory inclusion)
    {
        published = _publishWithout();
        reading = _read(LEFT_OUT, slot, previous);
        BN254.Point memory more = BN254.multiply(BN254.generator(), surplus);
        _setPoint(reading, 6, BN254.add(Messages.point(reading, 6), more));
        inclusion = _include(LEFT_OUT, reading, published);
    }

    function test_excludeDiscontinuous_surplusInTheRegisters(uint64 surplus) public {
        VM.assume(surplus != 0);
        Reading memory previous = _first(LEFT_OUT, slot - 1);
        (Published memory published, Reading memory reading, Inclusion memory inclusion) =
            _includeFollowing(previous, surplus);
        uint256 before = ledger.balanceOf(operator);
        directInclusion.excludeDiscontinuous(published, reading, inclusion, previous);
        _checkEmpty();
        checkEqual(ledger.balanceOf(operator), before + DEPOSIT, "the deposit goes to the operator");
    }

    function test_excludeDiscontinuous_soundRegistersStand() public {
        Reading memory previous = _first(LEFT_OUT, slot - 1);
        (Published memory published, Reading memory reading, Inclusion memory inclusion) =
            _includeFollowing(previous, 0);
        _expect(DirectInclusion.SoundRegisters.selector);
        directInclusion.excludeDiscontinuous(published, reading, inclusion, previous);
        Reading memory other = _first(LEFT_OUT, slot - 2);
        _expect(DirectInclusion.NotThePrevious.selector);
        directInclusion.excludeDiscontinuous(published, reading, inclusion, other);
        _pass(1800, 120);
        _expect(DirectInclusion.ContestOver.selector);
        directInclusion.excludeDiscontinuous(published, reading, inclusion, previous);
    }

    function test_include_malformedSeals() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        bytes4 why = DirectInclusion.MalformedSeal.selector;
        SealedOpenings memory openings = _seal(LEFT_OUT, reading);
        openings.operatorKey = [uint256(1), 2];
        _refuseSealed(household, reading, openings, published, why);
        openings = _seal(LEFT_OUT, reading);
        openings.ephemeral = [uint256(0), 0];
        _refuseSealed(household, reading, openings, published, why);
        openings.ephemeral = [uint256(1), 3];
        _refuseSealed(household, reading, openings, published, why);
    }

    // Duplicates

    function test_excludeDuplicate_costsTheDepositIfTheLeafWasThereFirst() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        _pass(10, 1);
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, published);
        uint256 before = ledger.balanceOf(operator);
        directInclusion.excludeDuplicate(published, tree.leaves[LEFT_OUT], tree.prove(LEFT_OUT), reading, inclusion);
        _checkEmpty();
        checkEqual(ledger.balanceOf(operator), before + DEPOSIT, "the operator is paid for the trouble");
        checkEqual(ledger.heldBy(address(directInclusion)), 0, "nothing is held");
    }

    function test_excludeDuplicate_isFreeIfTheStatementCameLater() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 900);
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, _nothing());
        _pass(2 days, 10_000);
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        directInclusion.excludeDuplicate(published, tree.leaves[LEFT_OUT], tree.prove(LEFT_OUT), reading, inclusion);
        _checkEmpty();
        checkEqual(ledger.balanceOf(household), 3 * DEPOSIT, "the deposit is back");
    }

    function test_excludeDuplicate_onlyByTheMetersOwnLeaf() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, published);
        Leaf memory leaf = tree.leaves[2];
        InclusionProof memory proof = tree.prove(2);
        _expect(DirectInclusion.NotDirectlyIncluded.selector);
        directInclusion.excludeDuplicate(published, leaf, proof, reading, inclusion);
        reading.revision += 1;
        leaf = tree.leaves[LEFT_OUT];
        proof = tree.prove(LEFT_OUT);
        _expect(DirectInclusion.NotDirectlyIncluded.selector);
        directInclusion.excludeDuplicate(published, leaf, proof, reading, inclusion);
    }

    function test_excludeDuplicate_notAfterTheAnswerWindow() public {
        Trees.Tree memory tree = _tree(slot);
        Published memory published = _publish(tree, slot);
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, published);
        _pass(1800, 120);
        _expect(DirectInclusion.ContestOver.selector);
        directInclusion.excludeDuplicate(published, tree.leaves[LEFT_OUT], tree.prove(LEFT_OUT), reading, inclusion);
    }

    // False openings

    function _includeFalse(Published memory published, uint256 word, bytes32 noise)
        private
        returns (Reading memory reading, SealedOpenings memory openings, Inclusion memory inclusion)
    {
        reading = _reading();
        openings = _seal(LEFT_OUT, reading);
        openings.words[word] ^= noise;
        Signature memory signature = _signByMeter(LEFT_OUT, reading);
        VM.prank(household);
        directInclusion.include(reading, signature, openings, published);
        inclusion = Inclusion(Messages.hashSealed(openings), uint64(block.timestamp), uint64(block.number));
    }

    function test_excludeFalse_anyFalseWord(uint8 word, bytes32 noise) public {
        VM.assume(noise != 0);
        Published memory published = _publishWithout();
        (Reading memory reading, SealedOpenings memory openings, Inclusion memory inclusion) =
            _includeFalse(published, word % 10, noise);
        uint256 before = ledger.balanceOf(operator);
        directInclusion.excludeFalse(published, reading, inclusion, openings, _disclose(reading, openings));
        _checkEmpty();
        checkEqual(ledger.balanceOf(operator), before + DEPOSIT, "the deposit goes to the operator");
    }

    function test_excludeFalse_beforeAnyStatement() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 900);
        (Reading memory reading, SealedOpenings memory openings, Inclusion memory inclusion) =
            _includeFalse(_nothing(), 0, bytes32(uint256(1)));
        directInclusion.excludeFalse(_nothing(), reading, inclusion, openings, _disclose(reading, openings));
        _checkEmpty();
    }

    function test_excludeFalse_honestSealsStand() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, published);
        SealedOpenings memory openings = _seal(LEFT_OUT, reading);
        SealedOpening.Disclosure memory disclosure = _disclose(reading, openings);
        _expect(DirectInclusion.HonestSeal.selector);
        directInclusion.excludeFalse(published, reading, inclusion, openings, disclosure);
    }

    function test_excludeFalse_aLyingOperatorIsRefused(uint8 which, uint256 noise) public {
        VM.assume(noise != 0);
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, published);
        SealedOpenings memory openings = _seal(LEFT_OUT, reading);
        SealedOpening.Disclosure memory disclosure = _disclose(reading, openings);
        if (which % 4 == 0) disclosure.challenge ^= noise;
        if (which % 4 == 1) disclosure.response ^= noise;
        if (which % 4 == 2) disclosure.shared[0] ^= noise;
        if (which % 4 == 3) {
            BN254.Point memory wrong = BN254.multiply(BN254.generator(), within(noise, 1, BN254.ORDER - 1));
            disclosure.shared = [wrong.x, wrong.y];
        }
        _expect(DirectInclusion.WrongDisclosure.selector);
        directInclusion.excludeFalse(published, reading, inclusion, openings, disclosure);
    }

    function test_excludeFalse_onlyOfWhatWasSealed() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, published);
        SealedOpenings memory openings = _seal(LEFT_OUT, reading);
        openings.words[0] ^= bytes32(uint256(1));
        SealedOpening.Disclosure memory disclosure = _disclose(reading, openings);
        _expect(DirectInclusion.WrongSeal.selector);
        directInclusion.excludeFalse(published, reading, inclusion, openings, disclosure);
        inclusion.sealedHash = Messages.hashSealed(openings);
        _expect(DirectInclusion.NotDirectlyIncluded.selector);
        directInclusion.excludeFalse(published, reading, inclusion, openings, disclosure);
    }

    function test_excludeFalse_whereUtilityPricesApplyWithinTheAnswerWindow() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 604_800);
        (Reading memory reading, SealedOpenings memory openings, Inclusion memory inclusion) =
            _includeFalse(_nothing(), 0, bytes32(uint256(1)));
        SealedOpening.Disclosure memory disclosure = _disclose(reading, openings);
        _pass(1800, 120);
        _expect(DirectInclusion.ContestOver.selector);
        directInclusion.excludeFalse(_nothing(), reading, inclusion, openings, disclosure);
        VM.roll(block.number - 1);
        directInclusion.excludeFalse(_nothing(), reading, inclusion, openings, disclosure);
        _checkEmpty();
    }

    function test_excludedReadingCanComeAgain() public {
        Published memory published = _publishWithout();
        (Reading memory reading, SealedOpenings memory openings, Inclusion memory inclusion) =
            _includeFalse(published, 1, bytes32(uint256(1)));
        directInclusion.excludeFalse(published, reading, inclusion, openings, _disclose(reading, openings));
        _include(LEFT_OUT, reading, published);
        _checkAccumulated(reading);
    }

    // Deposits

    function test_returnDeposit_onceTheSlotIsFinal() public {
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, published);
        _expect(DirectInclusion.ContestOpen.selector);
        directInclusion.returnDeposit(published, reading, inclusion);
        _finalize();
        directInclusion.returnDeposit(published, reading, inclusion);
        checkEqual(ledger.balanceOf(household), 3 * DEPOSIT, "the deposit is back");
        _expect(DirectInclusion.DepositAlreadyReturned.selector);
        directInclusion.returnDeposit(published, reading, inclusion);
        checkEqual(_inclusions(slot), 1, "the reading stands");
        inclusion.includedAt -= 1;
        _expect(DirectInclusion.NotDirectlyIncluded.selector);
        directInclusion.returnDeposit(published, reading, inclusion);
    }

    function test_returnDeposit_notByAnotherSlotsFinality() public {
        Published memory earlier = _publish(Trees.build(_leaves(slot - 1, 1), address(ledger)), slot - 1);
        _finalize();
        Published memory published = _publishWithout();
        Reading memory reading = _reading();
        Inclusion memory inclusion = _include(LEFT_OUT, reading, published);
        _expect(DirectInclusion.ContestOpen.selector);
        directInclusion.returnDeposit(earlier, reading, inclusion);
    }

    /// @dev Included at the last moment before the limit: the operator has its answer window all the same.
    function test_whereUtilityPricesApply_anInclusionStandsAfterItsAnswerWindow() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 604_800);
        Reading memory reading = _reading();
        Anchor memory anchor;
        anchor.inclusion = _include(LEFT_OUT, reading, _nothing());
        anchor.leaf.reading = reading;
        _pass(1800, 119);
        check(ledger.isUnnetted(slot), "closed without a statement");
        _expect(DirectInclusion.ContestOpen.selector);
        directInclusion.returnDeposit(_nothing(), reading, anchor.inclusion);
        _expect(Statements.NotFinal.selector);
        ledger.requireAnchored(anchor);
        _pass(0, 1);
        ledger.requireAnchored(anchor);
        directInclusion.returnDeposit(_nothing(), reading, anchor.inclusion);
        checkEqual(ledger.balanceOf(household), 3 * DEPOSIT, "the deposit is back");
    }

    function test_requireAnchored_notWhileAStatementCanCome() public {
        VM.warp(uint256(slot + 1) * SLOT_SECONDS + 900);
        Reading memory reading = _reading();
        Anchor memory anchor;
        anchor.inclusion = _include(LEFT_OUT, reading, _nothing());
        anchor.leaf.reading = reading;
        _pass(1 days, 10_000);
        _expect(Statements.NotPublished.selector);
        ledger.requireAnchored(anchor);
    }

    // Nobody can close the way in

    function test_include_noRoleCanSwitchItOff() public {
        manager.setTargetClosed(address(directInclusion), true);
        manager.setTargetClosed(address(ledger), true);
        manager.setTargetClosed(address(registry), true);
        Published memory published = _publishWithout();
        _include(LEFT_OUT, _reading(), published);
        VM.prank(household);
        ledger.withdraw(DEPOSIT, household);
    }

    function test_include_operatorCannotDodgeByANewSealingKey() public {
        Published memory published = _publishWithout();
        uint64 next = registry.currentSlot() + 1;
        VM.prank(operator);
        registry.rotateSealingKey([uint256(1), 2], next);
        _pass(1000, 100);
        _include(LEFT_OUT, _reading(), published);
    }

    function test_deployment_mustBeTheLedgersPart() public {
        _expect(DirectInclusion.NotItsPart.selector);
        new DirectInclusion(ledger, 1);
    }
}
