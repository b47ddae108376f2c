// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {CommunityRegistry} from "./CommunityRegistry.sol";
import {Anchor, Finding, Inclusion, Node, Published, Reading} from "./LedgerTypes.sol";
import {IDirectInclusion} from "./ledger/IDirectInclusion.sol";
import {Statements} from "./ledger/Statements.sol";
import {BN254} from "./libraries/BN254.sol";
import {Messages} from "./libraries/Messages.sol";
import {MeterSignature} from "./libraries/MeterSignature.sol";
import {SumTree} from "./libraries/SumTree.sol";

/// @title The community's meter ledger: one statement a slot, which every member can bring down if it is wrong.
/// @notice docs/protocol.md is what it implements, together with its three parts. It has no roles: who publishes is
/// decided by the registry for each slot, and nobody can switch off inclusion, challenges or withdrawals.
contract MeterLedger is Statements, ERC2771Context {
    /// @notice The contracts that decide for the ledger, fixed at deployment.
    struct Parts {
        address challenges;
        address demands;
        address directInclusion;
    }

    error NotAPart(address sender);

    address public immutable challenges;
    address public immutable demands;
    address public immutable directInclusion;

    /// @param forwarder Takes signed requests of households that have no gas (ERC-2771); fixed for good.
    /// @param parts Where the parts will be deployed, after the ledger.
    constructor(
        CommunityRegistry registry_,
        IERC20 currency_,
        address pool_,
        address forwarder,
        Parts memory parts,
        Parameters memory parameters
    ) Statements(registry_, currency_, pool_, parameters) ERC2771Context(forwarder) {
        MeterSignature.requireP256();
        (challenges, demands, directInclusion) = (parts.challenges, parts.demands, parts.directInclusion);
    }

    /// @notice Voids a statement that can still fall and slashes its operator. Only challenges and demands.
    function voidStatement(Published calldata published, Finding finding, address challenger, bytes calldata proof)
        external
    {
        require(msg.sender == challenges || msg.sender == demands, NotAPart(msg.sender));
        requireChallengeable(published);
        _void(published, finding, challenger, proof);
    }

    /// @notice Slashes the operator of a slot. Only challenges.
    function slash(uint64 slot, address challenger) external {
        require(msg.sender == challenges, NotAPart(msg.sender));
        _slash(registry.operatorAt(slot), challenger);
    }

    /// @notice Counts a demand of a slot as open. Only demands.
    function openDemand(uint64 slot) external {
        require(msg.sender == demands, NotAPart(msg.sender));
        ++disputes[slot].openDemands;
    }

    /// @notice Counts a demand of a slot as answered and keeps the slot open for what the answer shows. Only demands.
    function closeDemand(uint64 slot) external {
        require(msg.sender == demands, NotAPart(msg.sender));
        --disputes[slot].openDemands;
        _extend(slot);
    }

    /// @notice Counts a reading as standing beside the root, and keeps the slot open for as long as an answer may take.
    /// Only direct inclusion.
    function joinInclusion(uint64 slot) external {
        require(msg.sender == directInclusion, NotAPart(msg.sender));
        ++disputes[slot].inclusions;
        if (hasStatement(slot)) _extend(slot);
    }

    /// @notice Counts a reading as taken out again. Only direct inclusion.
    function leaveInclusion(uint64 slot) external {
        require(msg.sender == directInclusion, NotAPart(msg.sender));
        --disputes[slot].inclusions;
    }

    /// @notice Moves a bond or deposit from an account into the sender's keeping. Only demands and direct inclusion.
    function hold(address account, uint256 amount) external {
        require(msg.sender == demands || msg.sender == directInclusion, NotAPart(msg.sender));
        _hold(msg.sender, account, amount);
    }

    /// @notice Moves a bond or deposit from the sender's keeping to an account. Only demands and direct inclusion.
    function release(address account, uint256 amount) external {
        require(msg.sender == demands || msg.sender == directInclusion, NotAPart(msg.sender));
        _release(msg.sender, account, amount);
    }

    /// @notice Reverts unless the reading is a leaf of a final statement, or a direct inclusion that stands: in a slot that
    /// is final, or that is closed without a statement, when nobody can contest it any more.
    function requireAnchored(Anchor calldata anchor) external view {
        Reading calldata reading = anchor.leaf.reading;
        if (anchor.inclusion.sealedHash == 0) {
            requireFinal(anchor.published);
            Node memory leaf = Messages.toNode(anchor.leaf, address(this));
            SumTree.requireLeaf(anchor.published.statement, reading.slot, leaf, anchor.proof);
            return;
        }
        IDirectInclusion(directInclusion).requireIncluded(reading, anchor.inclusion);
        if (isUnnetted(reading.slot)) {
            Inclusion calldata inclusion = anchor.inclusion;
            bool over = isOver(inclusion.includedAt, inclusion.includedBlock, answerSeconds, answerBlocks);
            require(over, NotFinal(reading.slot));
            return;
        }
        requirePublished(reading.slot, anchor.published);
        requireFinal(anchor.published);
    }

    /// @notice Reverts unless the statement with this hash, published then, is the slot's final one. Returns since when it
    /// is final and how many readings stand beside its root.
    function requireFinalHash(uint64 slot, bytes32 statementHash, uint64 publishedAt, uint64 publishedBlock)
        external
        view
        returns (uint256 finalAt, uint256 finalBlock, uint256 inclusions)
    {
        Dispute memory dispute = disputes[slot];
        bytes32 record = Messages.hashRecord(statementHash, publishedAt, publishedBlock);
        require(records[slot] == record && dispute.openDemands == 0, NotFinal(slot));
        (finalAt, finalBlock) = _finality(publishedAt, publishedBlock, dispute);
        require(block.timestamp >= finalAt && block.number >= finalBlock, NotFinal(slot));
        inclusions = dispute.inclusions;
    }

    /// @notice The sums X_w + A_w and X_f + A_f of a final statement with what was included directly.
    function finalSums(Published calldata published) external view returns (uint256[4] memory sums) {
        requireFinal(published);
        uint256[4] memory beside = IDirectInclusion(directInclusion).accumulators(published.statement.slot);
        return BN254.addPairs(published.statement.sums, beside);
    }

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
