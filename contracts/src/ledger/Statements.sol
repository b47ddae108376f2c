// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {CommunityRegistry} from "../CommunityRegistry.sol";
import {Finding, Published, Statement} from "../LedgerTypes.sol";
import {Messages} from "../libraries/Messages.sol";
import {BN254} from "../libraries/BN254.sol";
import {Accounts} from "./Accounts.sol";

/// @title The life of a slot: published, perhaps voided and replaced once, final (docs/protocol.md, sections 7 and 8).
abstract contract Statements is Accounts, EIP712 {
    using SafeCast for uint256;

    /// @notice What is fixed at deployment; seconds and blocks as in section 8, money in the currency's smallest unit.
    struct Parameters {
        uint64 publishSeconds;
        uint64 publishLimitSeconds;
        uint64 challengeSeconds;
        uint64 challengeBlocks;
        uint64 answerSeconds;
        uint64 answerBlocks;
        uint64 replaceSeconds;
        uint64 replaceBlocks;
        uint64 bondReleaseSeconds;
        uint256 bondAmount;
        uint256 slashAmount;
    }

    /// @notice What a slot has besides its record; one word, touched in disputes and by direct inclusion only. `attempt` is
    /// the one that is published or due: 2 after the second void.
    struct Dispute {
        uint48 extendedUntil;
        uint48 extendedUntilBlock;
        uint48 voidedAt;
        uint48 voidedBlock;
        uint32 openDemands;
        uint24 inclusions;
        uint8 attempt;
    }

    error InvalidParameter(string name);
    error NotTheOperator(address sender, address operator);
    error SlotNotOver(uint64 slot, uint256 endsAt);
    error TooLate(uint64 slot);
    /// @notice Another attempt is due, or a statement is published already.
    error WrongAttempt(uint64 slot, uint8 attempt);
    /// @notice Too many leaves, more owners than leaves, or sums that are no points.
    error MalformedStatement();
    /// @notice What was supplied is not what is published for the slot now.
    error NotPublished(uint64 slot);
    error AlreadyFinal(uint64 slot);
    error NotFinal(uint64 slot);

    event StatementPublished(
        uint64 indexed slot, uint8 attempt, Statement statement, uint64 publishedAt, uint64 publishedBlock
    );
    /// @notice A statement fell. `proof` is the challenger's call, from which everybody can check the finding.
    event StatementVoided(
        uint64 indexed slot, uint8 attempt, Finding indexed finding, address indexed challenger, bytes proof
    );
    event WindowExtended(uint64 indexed slot, uint64 untilTime, uint64 untilBlock);

    uint256 public constant MAX_COUNT = 2 ** 20;

    CommunityRegistry public immutable registry;
    uint64 public immutable slotSeconds;
    uint64 public immutable publishSeconds;
    uint64 public immutable publishLimitSeconds;
    uint64 public immutable challengeSeconds;
    uint64 public immutable challengeBlocks;
    uint64 public immutable answerSeconds;
    uint64 public immutable answerBlocks;
    uint64 public immutable replaceSeconds;
    uint64 public immutable replaceBlocks;

    /// @notice What stands in `records` after a void, until the replacement is published.
    bytes32 public constant VOIDED = bytes32(uint256(1));

    /// @notice The record of a slot's current statement; 0 before the first, `VOIDED` after one fell.
    mapping(uint64 slot => bytes32) public records;
    /// @notice What disputes and direct inclusions left of a slot.
    mapping(uint64 slot => Dispute) public disputes;

    constructor(CommunityRegistry registry_, IERC20 currency_, address pool_, Parameters memory p)
        Accounts(currency_, pool_, p.bondAmount, p.slashAmount, p.bondReleaseSeconds)
        EIP712("DEMS", "1")
    {
        require(p.publishLimitSeconds >= p.publishSeconds, InvalidParameter("publishLimitSeconds"));
        require(p.answerSeconds != 0 && p.answerBlocks != 0, InvalidParameter("answer"));
        require(p.challengeSeconds >= p.answerSeconds, InvalidParameter("challengeSeconds"));
        require(p.challengeBlocks >= p.answerBlocks, InvalidParameter("challengeBlocks"));
        require(p.replaceSeconds != 0 && p.replaceBlocks != 0, InvalidParameter("replace"));
        require(p.slashAmount != 0 && p.bondAmount >= p.slashAmount, InvalidParameter("bondAmount"));
        require(
            p.bondReleaseSeconds > p.publishLimitSeconds + 2 * p.challengeSeconds + p.replaceSeconds,
            InvalidParameter("bondReleaseSeconds")
        );
        registry = registry_;
        slotSeconds = registry_.slotSeconds();
        (publishSeconds, publishLimitSeconds) = (p.publishSeconds, p.publishLimitSeconds);
        (challengeSeconds, challengeBlocks) = (p.challengeSeconds, p.challengeBlocks);
        (answerSeconds, answerBlocks) = (p.answerSeconds, p.answerBlocks);
        (replaceSeconds, replaceBlocks) = (p.replaceSeconds, p.replaceBlocks);
    }

    /// @notice Publishes the statement of a slot: the first, or the one replacement after a void. Only the operator of the
    /// slot with its full bond.
    function publish(Statement calldata statement) external {
        uint64 slot = statement.slot;
        _requireOperator(slot);
        _requireDue(slot, statement.attempt);
        _requireWellFormed(statement);
        bytes32 statementHash = Messages.hashStatementCalldata(statement);
        records[slot] = Messages.hashRecord(statementHash, block.timestamp, block.number);
        emit StatementPublished(slot, statement.attempt, statement, block.timestamp.toUint64(), block.number.toUint64());
    }

    /// @notice Whether a statement is published for the slot that did not fall.
    function hasStatement(uint64 slot) public view returns (bool) {
        return uint256(records[slot]) > uint256(VOIDED);
    }

    /// @notice Whether the statement is its slot's and can no longer fall.
    function isFinal(Published calldata published) public view returns (bool) {
        return isPublished(published) && _isSettled(published);
    }

    /// @notice Whether the statement, with time and block of its publication, is what is published for its slot now.
    function isPublished(Published calldata published) public view returns (bool) {
        return records[published.statement.slot] == Messages.hashRecord(published);
    }

    /// @notice Reverts unless the statement is what is published for `slot` now.
    function requirePublished(uint64 slot, Published calldata published) public view {
        require(published.statement.slot == slot && isPublished(published), NotPublished(slot));
    }

    /// @notice Reverts unless the statement is its slot's and can still fall.
    function requireChallengeable(Published calldata published) public view {
        requirePublished(published.statement.slot, published);
        require(!_isSettled(published), AlreadyFinal(published.statement.slot));
    }

    /// @notice Reverts unless the statement is its slot's and can no longer fall.
    function requireFinal(Published calldata published) public view {
        require(isFinal(published), NotFinal(published.statement.slot));
    }

    /// @notice Whether the challenge window is over as it was at publication: direct inclusions come within it, whatever
    /// extends it for challenges.
    function isChallengeWindowOver(Published calldata published) external view returns (bool) {
        return isOver(published.publishedAt, published.publishedBlock, challengeSeconds, challengeBlocks);
    }

    /// @notice Whether the challenge window is over with what extended it.
    function isExtendedWindowOver(Published calldata published) external view returns (bool) {
        (uint256 time, uint256 blockNumber) = finality(published);
        return isOver(time, blockNumber, 0, 0);
    }

    /// @notice The earliest time and block at which the statement is final, if no demand is open then.
    function finality(Published calldata published) public view returns (uint256 time, uint256 blockNumber) {
        return _finality(published.publishedAt, published.publishedBlock, disputes[published.statement.slot]);
    }

    /// @notice Whether the slot has no statement and none can come any more: utility prices apply.
    function isUnnetted(uint64 slot) public view returns (bool) {
        if (hasStatement(slot)) return false;
        Dispute storage dispute = disputes[slot];
        if (dispute.attempt == 0) return block.timestamp > endOf(slot) + publishLimitSeconds;
        if (dispute.attempt > 1) return true;
        return isOver(dispute.voidedAt, dispute.voidedBlock, replaceSeconds, replaceBlocks);
    }

    /// @notice Which attempt of a slot is published or due: 0, 1, or 2 where nothing can be published any more.
    function attemptOf(uint64 slot) external view returns (uint8) {
        return disputes[slot].attempt;
    }

    /// @notice Whether a window of so many seconds and blocks is over that began at `time` and `blockNumber`: both have to
    /// be, so a halted chain ends nothing.
    function isOver(uint256 time, uint256 blockNumber, uint256 lastsSeconds, uint256 lastsBlocks)
        public
        view
        returns (bool)
    {
        return block.timestamp >= time + lastsSeconds && block.number >= blockNumber + lastsBlocks;
    }

    /// @notice When a slot ends, in unix seconds.
    function endOf(uint64 slot) public view returns (uint256) {
        return (uint256(slot) + 1) * slotSeconds;
    }

    /// @notice The EIP-712 domain separator of the protocol's messages.
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _requireOperator(uint64 slot) private view {
        address operator = registry.operatorAt(slot);
        require(_msgSender() == operator, NotTheOperator(_msgSender(), operator));
        _requireFullBond(operator);
    }

    /// @dev A first statement finds no record, so nothing else needs to be read for it.
    function _requireDue(uint64 slot, uint8 attempt) private view {
        uint256 end = endOf(slot);
        require(block.timestamp >= end, SlotNotOver(slot, end));
        if (attempt == 0) {
            require(records[slot] == 0, WrongAttempt(slot, attempt));
            require(block.timestamp <= end + publishLimitSeconds, TooLate(slot));
            return;
        }
        require(records[slot] == VOIDED && attempt == disputes[slot].attempt, WrongAttempt(slot, attempt));
        require(!isUnnetted(slot), TooLate(slot));
    }

    function _requireWellFormed(Statement calldata statement) private pure {
        uint256 count = statement.count;
        require(
            count <= MAX_COUNT && statement.withdrawalOwners <= count && statement.feedInOwners <= count,
            MalformedStatement()
        );
        uint256[4] calldata sums = statement.sums;
        require(BN254.isValid(sums[0], sums[1]) && BN254.isValid(sums[2], sums[3]), MalformedStatement());
    }

    function _void(Published calldata published, Finding finding, address challenger, bytes calldata proof) internal {
        (uint64 slot, uint8 attempt) = (published.statement.slot, published.statement.attempt);
        Dispute storage dispute = disputes[slot];
        records[slot] = VOIDED;
        (dispute.extendedUntil, dispute.extendedUntilBlock, dispute.openDemands) = (0, 0, 0);
        (dispute.voidedAt, dispute.voidedBlock) = (block.timestamp.toUint48(), block.number.toUint48());
        dispute.attempt = attempt + 1;
        emit StatementVoided(slot, attempt, finding, challenger, proof);
        _slash(registry.operatorAt(slot), challenger);
    }

    /// @dev Keeps the slot open for another answer window from now.
    function _extend(uint64 slot) internal {
        Dispute storage dispute = disputes[slot];
        dispute.extendedUntil = (block.timestamp + answerSeconds).toUint48();
        dispute.extendedUntilBlock = (block.number + answerBlocks).toUint48();
        emit WindowExtended(slot, dispute.extendedUntil, dispute.extendedUntilBlock);
    }

    /// @dev Of what is published: the windows are over and no demand is open.
    function _isSettled(Published calldata published) private view returns (bool) {
        Dispute memory dispute = disputes[published.statement.slot];
        (uint256 time, uint256 blockNumber) = _finality(published.publishedAt, published.publishedBlock, dispute);
        return block.timestamp >= time && block.number >= blockNumber && dispute.openDemands == 0;
    }

    function _finality(uint256 publishedAt, uint256 publishedBlock, Dispute memory dispute)
        internal
        view
        returns (uint256 time, uint256 blockNumber)
    {
        time = publishedAt + challengeSeconds;
        blockNumber = publishedBlock + challengeBlocks;
        if (time < dispute.extendedUntil) time = dispute.extendedUntil;
        if (blockNumber < dispute.extendedUntilBlock) blockNumber = dispute.extendedUntilBlock;
    }
}
