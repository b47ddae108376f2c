// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Anchor, Opening, Published} from "./LedgerTypes.sol";
import {MeterLedger} from "./MeterLedger.sol";
import {BN254} from "./libraries/BN254.sol";
import {Messages} from "./libraries/Messages.sol";

/// @title Netting: the two sums of a slot, opened once, and what follows for every leaf (docs/protocol.md, section 12).
/// @notice No roles. Whoever knows the openings of the sums can open them, which is the operator.
contract Netting {
    using SafeCast for uint256;

    enum Side {
        Withdrawal,
        FeedIn
    }

    /// @notice The opened sums of a slot in Wh.
    struct Sums {
        uint64 withdrawal;
        uint64 feedIn;
        bool opened;
    }

    error InvalidParameter(string name);
    error AlreadyOpened(uint64 slot);
    error NotOpened(uint64 slot);
    /// @notice Fewer distinct owners on a side than `minimum`: the sums stay closed, utility prices apply.
    error TooFewOwners(uint64 slot, uint32 withdrawalOwners, uint32 feedInOwners, uint32 minimum);
    error OpeningWindowOver(uint64 slot);
    /// @notice The value or blinding is out of range, or does not open the commitment.
    error WrongOpening(Side side);
    /// @notice One of the two does not open its sum; which, the contract does not look at apart.
    error WrongOpenings();

    /// @notice The slot is netted: withdrawal and feed-in in Wh, and the weight of either side in units of 2^-32.
    event SlotNetted(
        uint64 indexed slot, uint64 withdrawal, uint64 feedIn, uint256 withdrawalWeight, uint256 feedInWeight
    );

    /// @notice The weight 1: energy inside the community counts in units of 1 / ONE Wh.
    uint256 public constant ONE = 2 ** 32;
    uint32 public constant LEAST_MINIMUM_OWNERS = 3;

    MeterLedger public immutable ledger;
    uint64 public immutable openSeconds;
    uint64 public immutable openBlocks;
    /// @notice How many distinct owners either side must have.
    uint32 public immutable minimumOwners;

    /// @notice The opened sums of the slots.
    mapping(uint64 slot => Sums) public sums;

    constructor(MeterLedger ledger_, uint64 openSeconds_, uint64 openBlocks_, uint32 minimumOwners_) {
        require(openSeconds_ != 0 && openBlocks_ != 0, InvalidParameter("open"));
        require(minimumOwners_ >= LEAST_MINIMUM_OWNERS, InvalidParameter("minimumOwners"));
        (ledger, openSeconds, openBlocks, minimumOwners) = (ledger_, openSeconds_, openBlocks_, minimumOwners_);
    }

    /// @notice Opens the two sums of a final slot, once, within the window. Anybody who knows the openings.
    function open(Published calldata published, Opening calldata withdrawal, Opening calldata feedIn) external {
        uint64 slot = published.statement.slot;
        require(!sums[slot].opened, AlreadyOpened(slot));
        _requireOwners(published);
        uint256 inclusions = _requireOpen(published);
        uint256[4] memory committed = inclusions == 0 ? published.statement.sums : ledger.finalSums(published);
        _requireInRange(withdrawal, Side.Withdrawal, type(uint64).max);
        _requireInRange(feedIn, Side.FeedIn, type(uint64).max);
        _requireOpensBoth(committed, withdrawal, feedIn);
        (uint64 d, uint64 s) = (withdrawal.value.toUint64(), feedIn.value.toUint64());
        sums[slot] = Sums(d, s, true);
        emit SlotNetted(slot, d, s, _weight(d, s), _weight(s, d));
    }

    /// @notice The share of a side's energy that stays inside the community, in units of 2^-32.
    function weightOf(uint64 slot, Side side) public view returns (uint256) {
        Sums memory opened = sums[slot];
        require(opened.opened, NotOpened(slot));
        return
            side == Side.Withdrawal
                ? _weight(opened.withdrawal, opened.feedIn)
                : _weight(opened.feedIn, opened.withdrawal);
    }

    /// @notice What `energy` Wh of a side count inside and outside the community, both in units of 2^-32 Wh.
    function shareOf(uint64 slot, Side side, uint64 energy) public view returns (uint256 inside, uint256 outside) {
        uint256 weight = weightOf(slot, side);
        return (energy * weight, energy * (ONE - weight));
    }

    /// @notice What is left over on the larger side by rounding the weight down, in units of 2^-32 Wh: the utility takes
    /// it.
    function remainderOf(uint64 slot) external view returns (uint256) {
        Sums memory opened = sums[slot];
        require(opened.opened, NotOpened(slot));
        (uint256 matched, uint256 larger) =
            opened.withdrawal < opened.feedIn ? (opened.withdrawal, opened.feedIn) : (opened.feedIn, opened.withdrawal);
        return matched * ONE - larger * _weight(larger, matched);
    }

    /// @notice What a household gets inside and outside the community, in units of 2^-32 Wh, for an outsider who is shown
    /// the reading in the ledger and an opening of its C_1 or C_3. Reverts unless all of it is true.
    function verifyShare(Anchor calldata anchor, Side side, Opening calldata opening)
        external
        view
        returns (uint256 inside, uint256 outside)
    {
        uint64 slot = anchor.published.statement.slot;
        require(sums[slot].opened, NotOpened(slot));
        ledger.requireAnchored(anchor);
        uint256 register = side == Side.Withdrawal ? Messages.WITHDRAWAL_REST : Messages.FEED_IN_REST;
        _requireOpens(opening, Messages.point(anchor.leaf.reading, register), side, type(uint32).max);
        return shareOf(slot, side, opening.value.toUint64());
    }

    /// @dev Asks by hash: less to hand over than the statement, and every slot pays for this.
    function _requireOpen(Published calldata published) private view returns (uint256 inclusions) {
        uint64 slot = published.statement.slot;
        bytes32 statementHash = Messages.hashStatementCalldata(published.statement);
        uint256 finalAt;
        uint256 finalBlock;
        (finalAt, finalBlock, inclusions) =
            ledger.requireFinalHash(slot, statementHash, published.publishedAt, published.publishedBlock);
        bool over = block.timestamp >= finalAt + openSeconds && block.number >= finalBlock + openBlocks;
        require(!over, OpeningWindowOver(slot));
    }

    function _requireOwners(Published calldata published) private view {
        (uint32 withdrawing, uint32 feeding) = (published.statement.withdrawalOwners, published.statement.feedInOwners);
        require(
            withdrawing >= minimumOwners && feeding >= minimumOwners,
            TooFewOwners(published.statement.slot, withdrawing, feeding, minimumOwners)
        );
    }

    /// @dev Both openings at once, which saves a multiplication: with a challenge c that hangs on all of it,
    /// commit(D + c·S, r_D + c·r_S) = X_w + c·X_f holds for wrong openings with a chance of 1 in the group's order only.
    function _requireOpensBoth(uint256[4] memory committed, Opening calldata withdrawal, Opening calldata feedIn)
        private
        view
    {
        uint256 c = uint256(keccak256(abi.encode(committed, withdrawal, feedIn))) % BN254.ORDER;
        uint256 value = addmod(withdrawal.value, mulmod(c, feedIn.value, BN254.ORDER), BN254.ORDER);
        uint256 blinding = addmod(withdrawal.blinding, mulmod(c, feedIn.blinding, BN254.ORDER), BN254.ORDER);
        BN254.Point memory right = BN254.multiply(BN254.Point(committed[2], committed[3]), c);
        right = BN254.add(BN254.Point(committed[0], committed[1]), right);
        require(BN254.equal(BN254.commit(value, blinding), right), WrongOpenings());
    }

    function _requireOpens(Opening calldata opening, BN254.Point memory commitment, Side side, uint256 bound)
        private
        view
    {
        _requireInRange(opening, side, bound);
        require(BN254.equal(BN254.commit(opening.value, opening.blinding), commitment), WrongOpening(side));
    }

    function _requireInRange(Opening calldata opening, Side side, uint256 bound) private pure {
        require(opening.value <= bound && opening.blinding < BN254.ORDER, WrongOpening(side));
    }

    function _weight(uint256 own, uint256 other) private pure returns (uint256) {
        return own <= other ? ONE : other * ONE / own;
    }
}
