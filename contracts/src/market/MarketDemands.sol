// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {InclusionProof, Node, Statement} from "../LedgerTypes.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {Market} from "./Market.sol";
import {MarketPart} from "./MarketPart.sol";
import {
    ClearingStamp,
    CommittedSet,
    MarketFinding,
    PublishedClearing,
    ResultLeaf,
    SetLeaf,
    ZoneClearing
} from "./MarketTypes.sol";
import {MarketMessages} from "./libraries/MarketMessages.sol";

/// @title Demands: with a bond anybody makes the operator show a leaf of the set or of the results on chain
/// (docs/market.md, section 8).
contract MarketDemands is MarketPart {
    using SafeCast for uint256;

    /// @notice Which tree; `zone` is 0 for the set.
    enum MarketTree {
        OrderSet,
        Results
    }

    /// @notice Who demanded, when, in which block; `demander` is 0 once it is settled.
    struct MarketDemand {
        address demander;
        uint48 since;
        uint48 sinceBlock;
    }

    /// @notice The tree has no such index.
    error NothingToDemand(uint256 index, uint256 count);
    error AlreadyDemanded(bytes32 demandId);
    error NotDemanded(bytes32 demandId);
    error AnswerWindowOver(bytes32 demandId);
    error AnswerWindowOpen(bytes32 demandId);
    error DemandWindowOver(uint64 slot);
    /// @notice Shorter than the challenge window, or so long that a bond could leave before a slot is decided.
    error InvalidParameter(string name);

    event LeafDemanded(uint64 indexed slot, MarketTree tree, uint32 zone, uint32 index, address indexed demander);
    event SetLeafShown(uint64 indexed slot, SetLeaf leaf, InclusionProof proof);
    event ResultShown(uint64 indexed slot, uint32 zone, ResultLeaf leaf, InclusionProof proof);
    event ResultPaddingShown(uint64 indexed slot, uint32 zone, InclusionProof proof);
    event DemandBondReclaimed(uint64 indexed slot, MarketTree tree, uint32 zone, uint32 index);

    /// @notice The bond of a demand.
    uint256 public immutable demandBond;
    /// @notice How long after publication something can be demanded at most, whatever extended the window.
    uint64 public immutable demandSeconds;

    /// @notice The demands by their ids.
    mapping(bytes32 demandId => MarketDemand) public demands;

    constructor(Market market_, uint256 demandBond_, uint64 demandSeconds_) MarketPart(market_) {
        require(market_.demands() == address(this), NotItsPart());
        require(demandSeconds_ >= market_.resultChallengeSeconds(), InvalidParameter("demandSeconds"));
        uint256 longest = uint256(market_.terms().gateSeconds()) + demandSeconds_ + 2 * market_.answerSeconds();
        require(market_.bondReleaseSeconds() > longest, InvalidParameter("demandSeconds"));
        (demandBond, demandSeconds) = (demandBond_, demandSeconds_);
    }

    /// @notice Demands a leaf of the set. Anybody with the bond in its account, from the commitment until the slot is
    /// final, once a leaf. `stamp` is what is published for the slot, zeros where nothing is yet.
    function demandSetLeaf(CommittedSet calldata committed, ClearingStamp calldata stamp, uint32 index) external {
        market.requireSet(committed);
        market.requireChallengeable(committed.slot, stamp);
        if (stamp.clearingHash != 0) _requireInTime(committed.slot, stamp);
        require(index < committed.count, NothingToDemand(index, committed.count));
        _demand(committed.slot, MarketTree.OrderSet, 0, index);
    }

    /// @notice Demands a leaf of a zone's results, also one that should be empty. Anybody with the bond in its account,
    /// until the challenge window with its extensions is over, once a leaf.
    function demandResult(PublishedClearing calldata published, uint256 zoneIndex, uint32 index) external {
        ClearingStamp memory stamp = MarketMessages.stampOf(published);
        uint64 slot = published.clearing.slot;
        market.requireClearing(slot, stamp);
        _requireInTime(slot, stamp);
        ZoneClearing memory zone = _zoneOf(published, zoneIndex);
        require(index >> SumTree.height(zone.count) == 0, NothingToDemand(index, zone.count));
        _demand(slot, MarketTree.Results, zone.zone, index);
    }

    /// @notice Answers a demand by the leaf of the set. Anybody who can; earns the bond.
    function answerSetLeaf(CommittedSet calldata committed, SetLeaf calldata leaf, InclusionProof calldata proof)
        external
    {
        market.requireSet(committed);
        Node memory node = MarketMessages.toNode(leaf, address(market), committed.slot);
        _requireLeaf(MarketMessages.treeOf(committed), node, proof);
        emit SetLeafShown(committed.slot, leaf, proof);
        _settle(committed.slot, MarketTree.OrderSet, 0, proof.index);
    }

    /// @notice Answers a demand by the result. Anybody who can; earns the bond.
    function answerResult(
        PublishedClearing calldata published,
        uint256 zoneIndex,
        ResultLeaf calldata leaf,
        InclusionProof calldata proof
    ) external {
        (uint64 slot, ZoneClearing memory zone) = _openZone(published, zoneIndex);
        Node memory node = MarketMessages.toNode(leaf, address(market), slot, zone.zone);
        _requireLeaf(MarketMessages.treeOf(slot, zone), node, proof);
        emit ResultShown(slot, zone.zone, leaf, proof);
        _settle(slot, MarketTree.Results, zone.zone, proof.index);
    }

    /// @notice Answers a demand for an index beyond the results by the proof that it is empty. Anybody; earns the bond.
    function answerResultPadding(PublishedClearing calldata published, uint256 zoneIndex, InclusionProof calldata proof)
        external
    {
        (uint64 slot, ZoneClearing memory zone) = _openZone(published, zoneIndex);
        require(proof.index >= zone.count, SumTree.NoSuchNode(0, proof.index, zone.count));
        SumTree.requireIncluded(MarketMessages.treeOf(slot, zone), SumTree.emptyLeaf(), proof.index, proof.siblings);
        emit ResultPaddingShown(slot, zone.zone, proof);
        _settle(slot, MarketTree.Results, zone.zone, proof.index);
    }

    /// @notice Voids a slot's market whose operator left a demand unanswered. Anybody; bond and reward go to the one who
    /// demanded. `stamp` is what is published for the slot, zeros where nothing is yet.
    function voidUnanswered(uint64 slot, ClearingStamp calldata stamp, MarketTree tree, uint32 zone, uint32 index)
        external
    {
        bytes32 id = demandId(slot, tree, zone, index);
        MarketDemand memory open = _requireOpen(id);
        require(_isOver(open), AnswerWindowOpen(id));
        demands[id].demander = address(0);
        market.release(open.demander, demandBond);
        market.voidSlot(slot, stamp, MarketFinding.Unanswered, open.demander, msg.data);
    }

    /// @notice Returns the bond of a demand whose slot has no market any more, for another reason. Anybody; it goes to the
    /// one who demanded.
    function reclaimBond(uint64 slot, MarketTree tree, uint32 zone, uint32 index) external {
        bytes32 id = demandId(slot, tree, zone, index);
        MarketDemand memory open = _requireOpen(id);
        require(market.isVoid(slot), AnswerWindowOpen(id));
        demands[id].demander = address(0);
        emit DemandBondReclaimed(slot, tree, zone, index);
        market.release(open.demander, demandBond);
    }

    /// @notice The id of a demand.
    function demandId(uint64 slot, MarketTree tree, uint32 zone, uint32 index) public pure returns (bytes32) {
        return keccak256(abi.encode(slot, tree, zone, index));
    }

    function _demand(uint64 slot, MarketTree tree, uint32 zone, uint32 index) private {
        bytes32 id = demandId(slot, tree, zone, index);
        require(demands[id].since == 0, AlreadyDemanded(id));
        demands[id] = MarketDemand(_msgSender(), block.timestamp.toUint48(), block.number.toUint48());
        emit LeafDemanded(slot, tree, zone, index, _msgSender());
        market.hold(_msgSender(), demandBond);
        market.openDemand(slot);
    }

    /// @dev An answer may show what a challenge needs: the slot stays open for as long as an answer may take.
    function _settle(uint64 slot, MarketTree tree, uint32 zone, uint32 index) private {
        bytes32 id = demandId(slot, tree, zone, index);
        MarketDemand memory open = _requireOpen(id);
        require(!_isOver(open), AnswerWindowOver(id));
        demands[id].demander = address(0);
        market.closeDemand(slot);
        market.release(_msgSender(), demandBond);
    }

    function _openZone(PublishedClearing calldata published, uint256 zoneIndex)
        private
        view
        returns (uint64 slot, ZoneClearing memory zone)
    {
        slot = published.clearing.slot;
        market.requireClearing(slot, MarketMessages.stampOf(published));
        zone = _zoneOf(published, zoneIndex);
    }

    function _requireInTime(uint64 slot, ClearingStamp memory stamp) private view {
        bool late = block.timestamp >= uint256(stamp.publishedAt) + demandSeconds;
        require(!late && !market.isExtendedWindowOver(slot, stamp), DemandWindowOver(slot));
    }

    function _isOver(MarketDemand memory open) private view returns (bool) {
        return block.timestamp >= uint256(open.since) + market.answerSeconds()
            && block.number >= uint256(open.sinceBlock) + market.answerBlocks();
    }

    function _requireOpen(bytes32 id) private view returns (MarketDemand memory open) {
        open = demands[id];
        require(open.demander != address(0), NotDemanded(id));
    }

    function _requireLeaf(Statement memory tree, Node memory leaf, InclusionProof calldata proof) private view {
        require(proof.index < tree.count, SumTree.NoSuchNode(0, proof.index, tree.count));
        SumTree.requireIncluded(tree, leaf, proof.index, proof.siblings);
    }
}
