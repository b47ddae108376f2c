// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {CommunityRegistry} from "./CommunityRegistry.sol";
import {Inclusion, InclusionProof, Leaf, Published, Reading, SealedOpenings, Signature} from "./LedgerTypes.sol";
import {BN254} from "./libraries/BN254.sol";
import {LeafRules} from "./libraries/LeafRules.sol";
import {Messages} from "./libraries/Messages.sol";
import {MeterSignature} from "./libraries/MeterSignature.sol";
import {SealedOpening} from "./libraries/SealedOpening.sol";
import {IDirectInclusion} from "./ledger/IDirectInclusion.sol";
import {LedgerPart} from "./ledger/LedgerPart.sol";
import {MeterLedger} from "./MeterLedger.sol";

/// @title Direct inclusion: the way into a slot that the operator cannot close (docs/protocol.md, sections 9 and 10).
contract DirectInclusion is LedgerPart, IDirectInclusion {
    using SafeCast for uint256;
    using BN254 for BN254.Point;

    error NotItsPart();
    /// @notice No such reading is included directly.
    error NotDirectlyIncluded(uint64 slot, bytes32 meter);
    error SlotNotOver(uint64 slot, uint256 endsAt);
    error TooLate(uint64 slot);
    error NotTheHousehold(address sender, address household);
    /// @notice Before the statement is due, and none is published: the operator may still include it.
    error TooEarly(uint64 slot, uint256 dueAt);
    error AlreadyIncluded(uint64 slot, bytes32 meter);
    /// @notice Points, key, signature or start of the running registers are not what registry, curve and protocol ask for.
    error UnsoundReading(uint64 slot, bytes32 meter);
    /// @notice Not sealed to the operator's key of the slot, or not to a usable point.
    error MalformedSeal();
    error WrongSeal();
    error WrongDisclosure();
    /// @notice What was sealed does open the reading's commitments.
    error HonestSeal();
    error NotThePrevious(bytes32 previous);
    /// @notice The running registers do continue those of the previous reading.
    error SoundRegisters();
    error ContestOver(uint64 slot, bytes32 meter);
    error ContestOpen(uint64 slot);
    error DepositAlreadyReturned(uint64 slot, bytes32 meter);

    event ReadingIncluded(
        uint64 indexed slot,
        bytes32 indexed meter,
        Reading reading,
        Signature signature,
        SealedOpenings openings,
        uint64 includedAt,
        uint64 includedBlock
    );
    event ReadingExcluded(uint64 indexed slot, bytes32 indexed meter, address depositTo);
    event DepositReturned(uint64 indexed slot, bytes32 indexed meter, address household);

    /// @notice The deposit of a direct inclusion.
    uint256 public immutable inclusionDeposit;

    /// @notice The hash of the reading that a meter has included directly for a slot, 0 if none.
    mapping(uint64 slot => mapping(bytes32 meter => bytes32 inclusionHash)) public inclusions;

    mapping(uint64 slot => uint256[4] sums) private _accumulators;
    mapping(uint64 slot => mapping(bytes32 meter => bool)) private _holdsDeposit;

    constructor(MeterLedger ledger_, uint256 inclusionDeposit_) LedgerPart(ledger_) {
        require(ledger_.directInclusion() == address(this), NotItsPart());
        inclusionDeposit = inclusionDeposit_;
    }

    /// @notice Includes a reading beside the root. Only the household of the meter, with the deposit in its account, from
    /// publication or the due time on until the challenge window is over.
    /// @param current What is published for the slot now; ignored where nothing is.
    function include(
        Reading calldata reading,
        Signature calldata signature,
        SealedOpenings calldata openings,
        Published calldata current
    ) external {
        (uint64 slot, bytes32 meter) = (reading.slot, reading.meter);
        require(inclusions[slot][meter] == 0, AlreadyIncluded(slot, meter));
        _requireIncludable(slot, current);
        _requireSound(reading, signature);
        _requireSealed(slot, openings);
        Inclusion memory inclusion =
            Inclusion(Messages.hashSealed(openings), block.timestamp.toUint64(), block.number.toUint64());
        inclusions[slot][meter] = Messages.hashInclusion(Messages.hashReading(reading), inclusion);
        _holdsDeposit[slot][meter] = true;
        _accumulate(reading, true);
        emit ReadingIncluded(slot, meter, reading, signature, openings, inclusion.includedAt, inclusion.includedBlock);
        ledger.hold(_msgSender(), inclusionDeposit);
        ledger.joinInclusion(slot);
    }

    /// @notice Takes a reading out again whose meter has a leaf in the statement. Anybody. The deposit goes to the operator
    /// if the statement was there first.
    function excludeDuplicate(
        Published calldata published,
        Leaf calldata leaf,
        InclusionProof calldata proof,
        Reading calldata reading,
        Inclusion calldata inclusion
    ) external {
        ledger.requirePublished(reading.slot, published);
        _requireLeaf(published, leaf, proof);
        requireIncluded(reading, inclusion);
        require(
            leaf.reading.meter == reading.meter && leaf.reading.slot == reading.slot,
            NotDirectlyIncluded(leaf.reading.slot, leaf.reading.meter)
        );
        _requireContestable(published, reading, inclusion);
        bool cameLater = inclusion.includedBlock > published.publishedBlock;
        _exclude(reading, cameLater ? registry.operatorAt(reading.slot) : _householdOf(reading));
    }

    /// @notice Takes a reading out again whose sealed openings are false, which the disclosure of the key agreement proves.
    /// Anybody who can. The deposit goes to the operator.
    /// @param current What is published for the slot now; ignored where nothing is.
    function excludeFalse(
        Published calldata current,
        Reading calldata reading,
        Inclusion calldata inclusion,
        SealedOpenings calldata openings,
        SealedOpening.Disclosure calldata disclosure
    ) external {
        requireIncluded(reading, inclusion);
        _requireContestable(current, reading, inclusion);
        require(Messages.hashSealed(openings) == inclusion.sealedHash, WrongSeal());
        bytes32 readingHash = Messages.hashReading(reading);
        require(SealedOpening.isGenuine(address(ledger), readingHash, openings, disclosure), WrongDisclosure());
        require(!SealedOpening.opens(reading, readingHash, openings, disclosure.shared), HonestSeal());
        _exclude(reading, registry.operatorAt(reading.slot));
    }

    /// @notice Takes a reading out again that does not continue the reading that it names as its previous. Anybody who has
    /// that one. The deposit goes to the operator.
    /// @param current What is published for the slot now; ignored where nothing is.
    function excludeDiscontinuous(
        Published calldata current,
        Reading calldata reading,
        Inclusion calldata inclusion,
        Reading calldata previous
    ) external {
        requireIncluded(reading, inclusion);
        _requireContestable(current, reading, inclusion);
        require(Messages.hashReading(previous) == reading.previous, NotThePrevious(reading.previous));
        require(!LeafRules.follows(reading, previous), SoundRegisters());
        _exclude(reading, registry.operatorAt(reading.slot));
    }

    /// @notice Returns the deposit of an inclusion that nobody can contest any more. Anybody; it goes to the household.
    /// @param current What is published for the slot now; ignored where nothing is.
    function returnDeposit(Published calldata current, Reading calldata reading, Inclusion calldata inclusion)
        external
    {
        (uint64 slot, bytes32 meter) = (reading.slot, reading.meter);
        requireIncluded(reading, inclusion);
        require(_isSettled(current, reading, inclusion), ContestOpen(slot));
        require(_holdsDeposit[slot][meter], DepositAlreadyReturned(slot, meter));
        _holdsDeposit[slot][meter] = false;
        address household = _householdOf(reading);
        emit DepositReturned(slot, meter, household);
        ledger.release(household, inclusionDeposit);
    }

    /// @inheritdoc IDirectInclusion
    function accumulators(uint64 slot) external view returns (uint256[4] memory) {
        return _accumulators[slot];
    }

    /// @inheritdoc IDirectInclusion
    function requireIncluded(Reading calldata reading, Inclusion calldata inclusion) public view {
        bytes32 expected = inclusions[reading.slot][reading.meter];
        require(
            expected != 0 && expected == Messages.hashInclusion(Messages.hashReading(reading), inclusion),
            NotDirectlyIncluded(reading.slot, reading.meter)
        );
    }

    function _requireIncludable(uint64 slot, Published calldata current) private view {
        uint256 end = ledger.endOf(slot);
        require(block.timestamp >= end, SlotNotOver(slot, end));
        if (ledger.hasStatement(slot)) {
            ledger.requirePublished(slot, current);
            require(!ledger.isChallengeWindowOver(current), TooLate(slot));
            return;
        }
        uint256 dueAt = end + ledger.publishSeconds();
        require(ledger.attemptOf(slot) != 0 || block.timestamp >= dueAt, TooEarly(slot, dueAt));
        require(!ledger.isUnnetted(slot), TooLate(slot));
    }

    function _requireSound(Reading calldata reading, Signature calldata signature) private view {
        CommunityRegistry.MeterAtSlot memory meter = registry.meterAt(reading.meter, reading.slot);
        require(
            meter.household != address(0) && _msgSender() == meter.household,
            NotTheHousehold(_msgSender(), meter.household)
        );
        bytes32 digest = _digest(Messages.hashReading(reading));
        require(
            meter.keyId == reading.key && MeterSignature.isSignedByKey(meter.key, digest, signature)
                && Messages.hasValidPoints(reading) && LeafRules.startsSoundly(reading),
            UnsoundReading(reading.slot, reading.meter)
        );
    }

    function _requireSealed(uint64 slot, SealedOpenings calldata openings) private view {
        bytes32 keyHash = keccak256(abi.encode(openings.operatorKey));
        require(keyHash == registry.sealingKeyHashAt(slot), MalformedSeal());
        BN254.Point memory ephemeral = BN254.Point(openings.ephemeral[0], openings.ephemeral[1]);
        require(ephemeral.isValid() && !ephemeral.isIdentity(), MalformedSeal());
    }

    /// @dev Where a statement can still come, its publication opens the window again.
    function _requireContestable(Published calldata current, Reading calldata reading, Inclusion calldata inclusion)
        private
        view
    {
        bool over = _isAnswerWindowOver(inclusion.includedAt, inclusion.includedBlock);
        if (ledger.hasStatement(reading.slot)) {
            ledger.requirePublished(reading.slot, current);
            over = over && _isAnswerWindowOver(current.publishedAt, current.publishedBlock);
        } else {
            over = over && ledger.isUnnetted(reading.slot);
        }
        require(!over, ContestOver(reading.slot, reading.meter));
    }

    function _isSettled(Published calldata current, Reading calldata reading, Inclusion calldata inclusion)
        private
        view
        returns (bool)
    {
        if (!ledger.isUnnetted(reading.slot)) {
            return current.statement.slot == reading.slot && ledger.isFinal(current);
        }
        return _isAnswerWindowOver(inclusion.includedAt, inclusion.includedBlock);
    }

    function _isAnswerWindowOver(uint64 time, uint64 blockNumber) private view returns (bool) {
        return ledger.isOver(time, blockNumber, ledger.answerSeconds(), ledger.answerBlocks());
    }

    function _exclude(Reading calldata reading, address depositTo) private {
        (uint64 slot, bytes32 meter) = (reading.slot, reading.meter);
        delete inclusions[slot][meter];
        delete _holdsDeposit[slot][meter];
        _accumulate(reading, false);
        emit ReadingExcluded(slot, meter, depositTo);
        ledger.leaveInclusion(slot);
        ledger.release(depositTo, inclusionDeposit);
    }

    function _accumulate(Reading calldata reading, bool joins) private {
        uint256[16] calldata points = reading.points;
        uint256[4] memory sums = [points[2], points[3], points[6], points[7]];
        if (!joins) sums = BN254.negatePair(sums);
        _accumulators[reading.slot] = BN254.addPairs(_accumulators[reading.slot], sums);
    }

    function _householdOf(Reading calldata reading) private view returns (address) {
        return registry.householdAt(reading.meter, reading.slot);
    }
}
