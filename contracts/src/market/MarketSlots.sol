// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {CommunityRegistry} from "../CommunityRegistry.sol";
import {Accounts} from "../ledger/Accounts.sol";
import {MarketTerms} from "./MarketTerms.sol";
import {Clearing, ClearingStamp, CommittedSet, MarketFinding, Terms} from "./MarketTypes.sol";
import {ClearingRules} from "./libraries/ClearingRules.sol";
import {MarketMessages} from "./libraries/MarketMessages.sol";

/// @title The life of a slot in the market: one set, one clearing, or void for good (docs/market.md, sections 1, 4, 6).
abstract contract MarketSlots is Accounts, EIP712 {
    using SafeCast for uint256;

    /// @notice What is fixed at deployment; seconds and blocks as in section 1, money in the currency's smallest unit.
    struct MarketParameters {
        uint64 directSeconds;
        uint64 setChallengeSeconds;
        uint64 revealSeconds;
        uint64 publishSeconds;
        uint64 resultChallengeSeconds;
        uint64 resultChallengeBlocks;
        uint64 answerSeconds;
        uint64 answerBlocks;
        uint64 bondReleaseSeconds;
        uint256 bondAmount;
        uint256 slashAmount;
        uint256 orderDeposit;
    }

    /// @notice What a slot has besides its records: how long answers keep it open, and how many demands wait for one.
    struct MarketDispute {
        uint64 extendedUntil;
        uint64 extendedUntilBlock;
        uint64 openDemands;
    }

    error InvalidParameter(string name);
    error NotTheOperator(address sender, address operator);
    /// @notice It is done between `from` and `until`, unix seconds.
    error NotTheTime(uint256 from, uint256 until);
    error AlreadyCommitted(uint64 slot);
    error AlreadyPublished(uint64 slot);
    error TooManyOrders(uint256 count, uint256 most);
    /// @notice What was supplied is not the slot's set, or that fell.
    error NotTheSet(uint64 slot);
    /// @notice What was supplied is not the slot's clearing, or that fell.
    error NotTheClearing(uint64 slot);
    error AlreadyFinal(uint64 slot);
    error NotFinal(uint64 slot);

    event OrderSetCommitted(
        uint64 indexed slot,
        bytes32 root,
        uint32 count,
        address indexed operator,
        uint64 committedAt,
        uint64 committedBlock
    );
    event ClearingPublished(uint64 indexed slot, Clearing clearing, uint64 publishedAt, uint64 publishedBlock);
    /// @notice A slot's market fell. `proof` is the challenger's call, from which everybody can check the finding.
    event MarketVoided(uint64 indexed slot, MarketFinding indexed finding, address indexed challenger, bytes proof);
    event MarketWindowExtended(uint64 indexed slot, uint64 untilTime, uint64 untilBlock);

    /// @notice What stands in `setRecords` after a void.
    bytes32 public constant VOIDED = bytes32(uint256(1));

    CommunityRegistry public immutable registry;
    MarketTerms public immutable terms;
    uint64 public immutable directSeconds;
    uint64 public immutable setChallengeSeconds;
    uint64 public immutable revealSeconds;
    uint64 public immutable publishSeconds;
    uint64 public immutable resultChallengeSeconds;
    uint64 public immutable resultChallengeBlocks;
    uint64 public immutable answerSeconds;
    uint64 public immutable answerBlocks;
    /// @notice What a household must have locked to trade, and forfeits for an order that it does not reveal.
    uint256 public immutable orderDeposit;

    /// @notice The record of a slot's set; 0 before it is committed, `VOIDED` for good after a void.
    mapping(uint64 slot => bytes32) public setRecords;
    /// @notice The record of a slot's clearing; 0 before it is published.
    mapping(uint64 slot => bytes32) public clearingRecords;
    /// @notice What demands left of a slot.
    mapping(uint64 slot => MarketDispute) public disputes;

    constructor(MarketTerms terms_, IERC20 currency_, address pool_, MarketParameters memory p)
        Accounts(currency_, pool_, p.bondAmount, p.slashAmount, p.bondReleaseSeconds)
        EIP712("DEMS", "1")
    {
        require(p.directSeconds != 0 && p.setChallengeSeconds != 0, InvalidParameter("setChallengeSeconds"));
        require(p.revealSeconds != 0 && p.publishSeconds != 0, InvalidParameter("publishSeconds"));
        uint256 needed = 2 * uint256(p.directSeconds) + p.setChallengeSeconds + p.revealSeconds + p.publishSeconds;
        require(terms_.gateSeconds() >= needed, InvalidParameter("gateSeconds"));
        require(p.answerSeconds != 0 && p.answerBlocks != 0, InvalidParameter("answer"));
        require(p.resultChallengeSeconds >= p.answerSeconds, InvalidParameter("resultChallengeSeconds"));
        require(p.resultChallengeBlocks >= p.answerBlocks, InvalidParameter("resultChallengeBlocks"));
        require(p.slashAmount != 0 && p.bondAmount >= p.slashAmount, InvalidParameter("bondAmount"));
        (terms, registry) = (terms_, terms_.registry());
        (directSeconds, setChallengeSeconds) = (p.directSeconds, p.setChallengeSeconds);
        (revealSeconds, publishSeconds) = (p.revealSeconds, p.publishSeconds);
        (resultChallengeSeconds, resultChallengeBlocks) = (p.resultChallengeSeconds, p.resultChallengeBlocks);
        (answerSeconds, answerBlocks) = (p.answerSeconds, p.answerBlocks);
        orderDeposit = p.orderDeposit;
    }

    /// @notice Commits the set of a slot's sealed orders, once, from the gate on. Only the market operator of the slot with
    /// its full bond.
    function commitSet(uint64 slot, bytes32 root, uint32 count) external {
        _requireOperator(slot);
        uint256 gate = terms.gateOf(slot);
        require(
            block.timestamp >= gate && block.timestamp < gate + directSeconds, NotTheTime(gate, gate + directSeconds)
        );
        require(setRecords[slot] == 0, AlreadyCommitted(slot));
        require(count <= ClearingRules.MAX_COUNT, TooManyOrders(count, ClearingRules.MAX_COUNT));
        (uint64 time, uint64 blockNumber) = (block.timestamp.toUint64(), block.number.toUint64());
        setRecords[slot] = MarketMessages.hashRecord(CommittedSet(slot, root, count, time, blockNumber));
        emit OrderSetCommitted(slot, root, count, _msgSender(), time, blockNumber);
    }

    /// @notice Publishes the clearing of a slot, once, when nothing can be revealed any more and before the slot begins.
    /// Only the market operator of the slot with its full bond.
    /// @param given The slot's terms.
    function publishClearing(Clearing calldata clearing, Terms calldata given) external {
        uint64 slot = clearing.slot;
        _requireOperator(slot);
        uint256 from = chainRevealUntil(slot);
        require(block.timestamp >= from && block.timestamp < publishUntil(slot), NotTheTime(from, publishUntil(slot)));
        require(hasSet(slot), NotTheSet(slot));
        require(clearingRecords[slot] == 0, AlreadyPublished(slot));
        terms.requireTerms(slot, given);
        ClearingRules.requireSound(clearing, given);
        (uint64 time, uint64 blockNumber) = (block.timestamp.toUint64(), block.number.toUint64());
        ClearingStamp memory stamp = ClearingStamp(MarketMessages.hashClearing(clearing), time, blockNumber);
        clearingRecords[slot] = MarketMessages.hashRecord(stamp);
        emit ClearingPublished(slot, clearing, time, blockNumber);
    }

    /// @notice Whether a set is committed for the slot that did not fall.
    function hasSet(uint64 slot) public view returns (bool) {
        return uint256(setRecords[slot]) > uint256(VOIDED);
    }

    /// @notice Whether the slot has no market, and can have none any more.
    function isVoid(uint64 slot) public view returns (bool) {
        if (setRecords[slot] == VOIDED) return true;
        if (setRecords[slot] == 0) return block.timestamp >= directUntil(slot);
        return clearingRecords[slot] == 0 && block.timestamp >= publishUntil(slot);
    }

    /// @notice Whether this is the slot's clearing, and can no longer fall.
    function isFinal(uint64 slot, ClearingStamp memory stamp) public view returns (bool) {
        return _isClearing(slot, stamp) && isExtendedWindowOver(slot, stamp) && disputes[slot].openDemands == 0;
    }

    /// @notice Reverts unless this is the set of its slot.
    function requireSet(CommittedSet memory committed) public view {
        require(setRecords[committed.slot] == MarketMessages.hashRecord(committed), NotTheSet(committed.slot));
    }

    /// @notice Reverts unless this is the slot's clearing.
    function requireClearing(uint64 slot, ClearingStamp memory stamp) public view {
        require(_isClearing(slot, stamp), NotTheClearing(slot));
    }

    /// @notice Reverts unless this is the slot's clearing, and can no longer fall.
    function requireFinal(uint64 slot, ClearingStamp memory stamp) external view {
        require(isFinal(slot, stamp), NotFinal(slot));
    }

    /// @notice Reverts unless this is the slot's clearing, or zeros where none is published yet, and the slot can still
    /// fall.
    function requireChallengeable(uint64 slot, ClearingStamp memory stamp) public view {
        if (clearingRecords[slot] == 0) {
            require(stamp.clearingHash == 0, NotTheClearing(slot));
            require(hasSet(slot) && block.timestamp < publishUntil(slot), NotTheSet(slot));
            return;
        }
        requireClearing(slot, stamp);
        require(!isFinal(slot, stamp), AlreadyFinal(slot));
    }

    /// @notice Whether the challenge window of a clearing is over with what extended it.
    function isExtendedWindowOver(uint64 slot, ClearingStamp memory stamp) public view returns (bool) {
        (uint256 time, uint256 blockNumber) = finality(slot, stamp);
        return block.timestamp >= time && block.number >= blockNumber;
    }

    /// @notice The earliest time and block at which a clearing is final, if no demand is open then.
    function finality(uint64 slot, ClearingStamp memory stamp) public view returns (uint256 time, uint256 blockNumber) {
        MarketDispute memory dispute = disputes[slot];
        time = uint256(stamp.publishedAt) + resultChallengeSeconds;
        blockNumber = uint256(stamp.publishedBlock) + resultChallengeBlocks;
        if (time < dispute.extendedUntil) time = dispute.extendedUntil;
        if (blockNumber < dispute.extendedUntilBlock) blockNumber = dispute.extendedUntilBlock;
    }

    /// @notice Until when an order goes in directly and the set is committed, unix seconds.
    function directUntil(uint64 slot) public view returns (uint256) {
        return terms.gateOf(slot) + directSeconds;
    }

    /// @notice When orders begin to be revealed, unix seconds.
    function revealFrom(uint64 slot) public view returns (uint256) {
        return directUntil(slot) + setChallengeSeconds;
    }

    /// @notice Until when an order can be revealed on chain, unix seconds; the clearing comes after that.
    function chainRevealUntil(uint64 slot) public view returns (uint256) {
        return revealFrom(slot) + revealSeconds + directSeconds;
    }

    /// @notice Until when the clearing can be published, unix seconds.
    function publishUntil(uint64 slot) public view returns (uint256) {
        return chainRevealUntil(slot) + publishSeconds;
    }

    /// @notice The EIP-712 domain separator of the market's messages.
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _requireOperator(uint64 slot) private view {
        address operator = terms.operatorAt(slot);
        require(_msgSender() == operator, NotTheOperator(_msgSender(), operator));
        _requireFullBond(operator);
    }

    function _isClearing(uint64 slot, ClearingStamp memory stamp) private view returns (bool) {
        return hasSet(slot) && clearingRecords[slot] == MarketMessages.hashRecord(stamp);
    }

    function _void(uint64 slot, MarketFinding finding, address challenger, bytes calldata proof) internal {
        setRecords[slot] = VOIDED;
        emit MarketVoided(slot, finding, challenger, proof);
        _slash(terms.operatorAt(slot), challenger);
    }

    /// @dev Keeps the slot open for another answer window from now.
    function _extend(uint64 slot) internal {
        MarketDispute storage dispute = disputes[slot];
        dispute.extendedUntil = (block.timestamp + answerSeconds).toUint64();
        dispute.extendedUntilBlock = (block.number + answerBlocks).toUint64();
        emit MarketWindowExtended(slot, dispute.extendedUntil, dispute.extendedUntilBlock);
    }
}
