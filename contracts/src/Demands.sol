// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Finding, InclusionProof, Leaf, Node, Published} from "./LedgerTypes.sol";
import {Messages} from "./libraries/Messages.sol";
import {RangeProof} from "./libraries/RangeProof.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {LedgerPart} from "./ledger/LedgerPart.sol";
import {MeterLedger} from "./MeterLedger.sol";

/// @title Demands: with a bond anybody makes the operator show a leaf, or prove a register's range, on chain
/// (docs/protocol.md, section 9).
contract Demands is LedgerPart {
    using SafeCast for uint256;

    enum Kind {
        Leaf,
        Range
    }

    /// @notice Who demanded, when, in which block; `demander` is 0 once it is settled.
    struct Demand {
        address demander;
        uint48 since;
        uint48 sinceBlock;
    }

    /// @notice The tree has no such index, or a range is demanded of no register 0 … 4.
    error NothingToDemand(uint256 index, Kind kind, uint8 register);
    error AlreadyDemanded(bytes32 demandId);
    error NotDemanded(bytes32 demandId);
    error AnswerWindowOver(bytes32 demandId);
    error AnswerWindowOpen(bytes32 demandId);
    error WrongRangeProof(uint8 register);
    error DemandWindowOver(uint64 slot);
    error NotItsPart();
    /// @notice Shorter than the challenge window, or so long that a bond could leave before a slot is decided.
    error InvalidParameter(string name);

    event Demanded(
        uint64 indexed slot, uint8 attempt, uint32 index, Kind kind, uint8 register, address indexed demander
    );
    event LeafShown(uint64 indexed slot, uint8 attempt, Leaf leaf, InclusionProof proof);
    event PaddingShown(uint64 indexed slot, uint8 attempt, InclusionProof proof);
    event RangeProven(uint64 indexed slot, uint8 attempt, uint8 register, Leaf leaf, InclusionProof proof);
    event BondReclaimed(uint64 indexed slot, uint8 attempt, uint32 index, Kind kind, uint8 register);

    /// @notice The bond of a demand.
    uint256 public immutable demandBond;
    /// @notice How long after publication something can be demanded at most, whatever extended the window.
    uint64 public immutable demandSeconds;

    /// @notice The demands by their ids.
    mapping(bytes32 demandId => Demand) public demands;

    constructor(MeterLedger ledger_, uint256 demandBond_, uint64 demandSeconds_) LedgerPart(ledger_) {
        require(ledger_.demands() == address(this), NotItsPart());
        require(demandSeconds_ >= ledger_.challengeSeconds(), InvalidParameter("demandSeconds"));
        uint256 longest = ledger_.publishLimitSeconds() + ledger_.replaceSeconds() + 2
            * (uint256(demandSeconds_) + ledger_.answerSeconds());
        require(ledger_.bondReleaseSeconds() > longest, InvalidParameter("demandSeconds"));
        (demandBond, demandSeconds) = (demandBond_, demandSeconds_);
    }

    /// @notice Demands leaf `index` (kind Leaf, register 0), or the range proof of its register 0 … 4 (kind Range). Anybody
    /// with the bond in its account, until the challenge window with its extensions is over, once for each attempt.
    function demand(Published calldata published, uint32 index, Kind kind, uint8 register) external {
        ledger.requirePublished(published.statement.slot, published);
        uint64 slot = published.statement.slot;
        bool late = block.timestamp >= uint256(published.publishedAt) + demandSeconds;
        require(!late && !ledger.isExtendedWindowOver(published), DemandWindowOver(slot));
        _requireDemandable(published.statement.count, index, kind, register);
        bytes32 id = demandId(slot, published.statement.attempt, index, kind, register);
        require(demands[id].since == 0, AlreadyDemanded(id));
        demands[id] = Demand(_msgSender(), block.timestamp.toUint48(), block.number.toUint48());
        emit Demanded(slot, published.statement.attempt, index, kind, register, _msgSender());
        ledger.hold(_msgSender(), demandBond);
        ledger.openDemand(slot);
    }

    /// @notice Answers a demand by the leaf. Anybody who can; earns the bond.
    function answerLeaf(Published calldata published, Leaf calldata leaf, InclusionProof calldata proof) external {
        ledger.requirePublished(published.statement.slot, published);
        _requireLeaf(published, leaf, proof);
        emit LeafShown(published.statement.slot, published.statement.attempt, leaf, proof);
        _settle(published, proof.index, Kind.Leaf, 0);
    }

    /// @notice Answers a demand for an index beyond the leaves by the proof that it is empty. Anybody; earns the bond.
    function answerPadding(Published calldata published, InclusionProof calldata proof) external {
        ledger.requirePublished(published.statement.slot, published);
        uint256 count = published.statement.count;
        require(proof.index >= count, SumTree.NoSuchNode(0, proof.index, count));
        SumTree.requireIncluded(published.statement, SumTree.emptyLeaf(), proof.index, proof.siblings);
        emit PaddingShown(published.statement.slot, published.statement.attempt, proof);
        _settle(published, proof.index, Kind.Leaf, 0);
    }

    /// @notice Answers a demand for a range proof. Anybody who can; earns the bond.
    function answerRange(
        Published calldata published,
        Leaf calldata leaf,
        InclusionProof calldata proof,
        uint8 register,
        uint256[6][32] calldata rangeProof
    ) external {
        ledger.requirePublished(published.statement.slot, published);
        _requireLeaf(published, leaf, proof);
        require(register < Messages.REGISTERS, NothingToDemand(proof.index, Kind.Range, register));
        RangeProof.Claim memory claim = RangeProof.Claim(
            address(ledger), Messages.hashReading(leaf.reading), register, Messages.point(leaf.reading, register)
        );
        require(RangeProof.verify(claim, rangeProof), WrongRangeProof(register));
        emit RangeProven(published.statement.slot, published.statement.attempt, register, leaf, proof);
        _settle(published, proof.index, Kind.Range, register);
    }

    /// @notice Voids a statement whose operator left a demand unanswered. Anybody; bond and reward go to the one who
    /// demanded.
    function voidUnanswered(Published calldata published, uint32 index, Kind kind, uint8 register) external {
        ledger.requirePublished(published.statement.slot, published);
        bytes32 id = demandId(published.statement.slot, published.statement.attempt, index, kind, register);
        Demand memory open = _requireOpen(id);
        require(_isOver(open), AnswerWindowOpen(id));
        demands[id].demander = address(0);
        ledger.release(open.demander, demandBond);
        ledger.voidStatement(published, Finding.Unanswered, open.demander, msg.data);
    }

    /// @notice Returns the bond of a demand whose statement fell for another reason. Anybody; it goes to the one who
    /// demanded.
    function reclaimBond(uint64 slot, uint8 attempt, uint32 index, Kind kind, uint8 register) external {
        bytes32 id = demandId(slot, attempt, index, kind, register);
        Demand memory open = _requireOpen(id);
        require(ledger.attemptOf(slot) > attempt, AnswerWindowOpen(id));
        demands[id].demander = address(0);
        emit BondReclaimed(slot, attempt, index, kind, register);
        ledger.release(open.demander, demandBond);
    }

    /// @notice The id of a demand.
    function demandId(uint64 slot, uint8 attempt, uint32 index, Kind kind, uint8 register)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(slot, attempt, index, kind, register));
    }

    /// @dev An answer may show what another challenge needs: the slot stays open for as long as an answer may take.
    function _settle(Published calldata published, uint32 index, Kind kind, uint8 register) private {
        uint64 slot = published.statement.slot;
        bytes32 id = demandId(slot, published.statement.attempt, index, kind, register);
        Demand memory open = _requireOpen(id);
        require(!_isOver(open), AnswerWindowOver(id));
        demands[id].demander = address(0);
        ledger.closeDemand(slot);
        ledger.release(_msgSender(), demandBond);
    }

    function _isOver(Demand memory open) private view returns (bool) {
        return ledger.isOver(open.since, open.sinceBlock, ledger.answerSeconds(), ledger.answerBlocks());
    }

    function _requireOpen(bytes32 id) private view returns (Demand memory open) {
        open = demands[id];
        require(open.demander != address(0), NotDemanded(id));
    }

    function _requireDemandable(uint256 count, uint32 index, Kind kind, uint8 register) private pure {
        bool exists = kind == Kind.Leaf
            ? register == 0 && index >> SumTree.height(count) == 0
            : register < Messages.REGISTERS && index < count;
        require(exists, NothingToDemand(index, kind, register));
    }
}
