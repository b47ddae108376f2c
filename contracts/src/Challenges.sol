// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Anchor,
    Finding,
    Leaf,
    LeafDescent,
    Node,
    Published,
    Reading,
    Signature,
    Statement,
    Step
} from "./LedgerTypes.sol";
import {LeafRules} from "./libraries/LeafRules.sol";
import {Messages} from "./libraries/Messages.sol";
import {MeterSignature} from "./libraries/MeterSignature.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {LedgerPart} from "./ledger/LedgerPart.sol";
import {MeterLedger} from "./MeterLedger.sol";

/// @title Challenges of a statement (docs/protocol.md, section 9).
/// @notice Anybody may challenge, without a bond, until the statement is final: a challenge carries its whole proof and
/// either voids the statement or is refused as unfounded. Points and signatures that somebody made up are findings,
/// never a reason to revert.
contract Challenges is LedgerPart {
    /// @notice The statement is right in this.
    error Unfounded();
    /// @notice The leaf is not what the statement binds at the index.
    error NotTheLeaf(uint256 index);
    error NotThePrevious(bytes32 previous);
    /// @notice Both statements must be of one slot and attempt, differ, and be signed by the operator.
    error NotTwoStatements();
    /// @notice One of the two is published and can be voided: `challengeTwoStatements` does that.
    error StillChallengeable(uint64 slot);

    error NotItsPart();

    event TwoStatementsSlashed(uint64 indexed slot, uint8 attempt, Statement first, Statement second);

    /// @notice Whether two statements signed for a slot and attempt have cost the operator already.
    mapping(uint64 slot => mapping(uint8 attempt => bool)) public slashed;

    constructor(MeterLedger ledger_) LedgerPart(ledger_) {
        require(ledger_.challenges() == address(this), NotItsPart());
    }

    /// @notice Voids if a point below node (`level`, `index`) is invalid, or the sums of its children do not add up to
    /// what is stated of it. `steps` are the preimages from the root down to and with that node's own.
    function challengeNode(Published calldata published, uint256 level, uint256 index, Step[] calldata steps) external {
        ledger.requireChallengeable(published);
        require(level != 0, SumTree.NoSuchNode(level, index, published.statement.count));
        Node memory stated = SumTree.descend(published.statement, level, index, steps);
        uint256 needed = SumTree.height(published.statement.count) - level + 1;
        require(steps.length == needed, SumTree.WrongPathLength(steps.length, needed));
        Step memory step = steps[needed - 1];
        SumTree.requirePreimage(stated.hash, level, index, step);
        (bool sound, Node memory parent) = SumTree.addSums(step.left, step.right);
        require(!sound || !SumTree.haveEqualSums(stated, parent), Unfounded());
        ledger.voidStatement(published, Finding.WrongNode, _msgSender(), msg.data);
    }

    /// @notice Voids if an index beyond the leaves is not the empty leaf, or one of a leaf is.
    function challengePadding(Published calldata published, uint256 index, Step[] calldata steps) external {
        ledger.requireChallengeable(published);
        Node memory stated = _descendToLeaf(published.statement, index, steps);
        bool wrong = index < published.statement.count
            ? stated.hash == SumTree.EMPTY
            : !SumTree.equal(stated, SumTree.emptyLeaf());
        require(wrong, Unfounded());
        ledger.voidStatement(published, Finding.WrongPadding, _msgSender(), msg.data);
    }

    /// @notice Voids if a leaf states other sums than its own, has an invalid point, belongs to another slot, is not
    /// signed by the key that the registry has for its meter, counts owners it may not, or starts its registers wrongly.
    function challengeLeaf(Published calldata published, LeafDescent calldata descent) external {
        ledger.requireChallengeable(published);
        (Node memory stated, Node memory own) = _openLeaf(published.statement, descent);
        bytes32 digest = _digest(Messages.hashReading(descent.leaf.reading));
        bool sound = LeafRules.isSound(registry, published.statement.slot, stated, own, descent.leaf, digest);
        require(!sound, Unfounded());
        ledger.voidStatement(published, Finding.WrongLeaf, _msgSender(), msg.data);
    }

    /// @notice Voids if two neighbouring leaves are not strictly ascending by meter.
    function challengeOrder(Published calldata published, LeafDescent calldata first, LeafDescent calldata second)
        external
    {
        ledger.requireChallengeable(published);
        require(uint256(first.index) + 1 == second.index, Unfounded());
        _openLeaf(published.statement, first);
        _openLeaf(published.statement, second);
        require(uint256(first.leaf.reading.meter) >= uint256(second.leaf.reading.meter), Unfounded());
        ledger.voidStatement(published, Finding.WrongOrder, _msgSender(), msg.data);
    }

    /// @notice Voids if two leaves count one household as owner on the same side (0: withdrawal, 1: feed-in).
    function challengeOwner(
        Published calldata published,
        LeafDescent calldata first,
        LeafDescent calldata second,
        uint8 side
    ) external {
        ledger.requireChallengeable(published);
        require(side <= 1 && first.index != second.index, Unfounded());
        _openLeaf(published.statement, first);
        _openLeaf(published.statement, second);
        require((first.leaf.owners >> side) & (second.leaf.owners >> side) & 1 == 1, Unfounded());
        address household = registry.householdAt(first.leaf.reading.meter, published.statement.slot);
        address other = registry.householdAt(second.leaf.reading.meter, published.statement.slot);
        require(household != address(0) && household == other, Unfounded());
        ledger.voidStatement(published, Finding.DoubledOwner, _msgSender(), msg.data);
    }

    /// @notice Voids if a leaf does not continue the reading that it names as its previous.
    function challengeRegister(Published calldata published, LeafDescent calldata descent, Reading calldata previous)
        external
    {
        ledger.requireChallengeable(published);
        _openLeaf(published.statement, descent);
        Reading calldata reading = descent.leaf.reading;
        require(Messages.hashReading(previous) == reading.previous, NotThePrevious(reading.previous));
        require(!LeafRules.follows(reading, previous), Unfounded());
        ledger.voidStatement(published, Finding.WrongRegister, _msgSender(), msg.data);
    }

    /// @notice Voids if a leaf starts its registers anew although an earlier slot's final statement has its meter.
    function challengeRestart(Published calldata published, LeafDescent calldata descent, Anchor calldata earlier)
        external
    {
        ledger.requireChallengeable(published);
        _openLeaf(published.statement, descent);
        require(earlier.inclusion.sealedHash == 0, Unfounded());
        ledger.requireAnchored(earlier);
        Reading calldata reading = descent.leaf.reading;
        Reading calldata before = earlier.leaf.reading;
        require(
            reading.previous == 0 && before.meter == reading.meter && before.slot < published.statement.slot,
            Unfounded()
        );
        ledger.voidStatement(published, Finding.Restarted, _msgSender(), msg.data);
    }

    /// @notice Voids if the operator signed another statement for the same slot and attempt.
    function challengeTwoStatements(
        Published calldata published,
        Statement calldata other,
        Signature calldata signature
    ) external {
        ledger.requireChallengeable(published);
        _requireTwo(published.statement, other);
        _requireOperatorSigned(other, signature);
        slashed[other.slot][other.attempt] = true;
        ledger.voidStatement(published, Finding.TwoStatements, _msgSender(), msg.data);
    }

    /// @notice Slashes an operator that signed two statements for one slot and attempt, none of which can be voided (any
    /// more). Once for each attempt.
    function slashTwoStatements(
        Published calldata current,
        Statement calldata first,
        Signature calldata firstSignature,
        Statement calldata second,
        Signature calldata secondSignature
    ) external {
        _requireTwo(first, second);
        _requireOperatorSigned(first, firstSignature);
        _requireOperatorSigned(second, secondSignature);
        _requireNoneChallengeable(current, first, second);
        require(!slashed[first.slot][first.attempt], Unfounded());
        slashed[first.slot][first.attempt] = true;
        emit TwoStatementsSlashed(first.slot, first.attempt, first, second);
        ledger.slash(first.slot, _msgSender());
    }

    function _openLeaf(Statement calldata statement, LeafDescent calldata descent)
        private
        view
        returns (Node memory stated, Node memory own)
    {
        require(descent.index < statement.count, SumTree.NoSuchNode(0, descent.index, statement.count));
        stated = _descendToLeaf(statement, descent.index, descent.steps);
        own = Messages.toNode(descent.leaf, address(ledger));
        require(own.hash == stated.hash, NotTheLeaf(descent.index));
    }

    function _descendToLeaf(Statement calldata statement, uint256 index, Step[] calldata steps)
        private
        pure
        returns (Node memory)
    {
        uint256 height = SumTree.height(statement.count);
        require(steps.length == height, SumTree.WrongPathLength(steps.length, height));
        return SumTree.descend(statement, 0, index, steps);
    }

    function _requireNoneChallengeable(Published calldata current, Statement calldata first, Statement calldata second)
        private
        view
    {
        if (!ledger.hasStatement(first.slot)) return;
        ledger.requirePublished(first.slot, current);
        if (ledger.isFinal(current)) return;
        bytes32 published = Messages.hashStatement(current.statement);
        require(
            published != Messages.hashStatement(first) && published != Messages.hashStatement(second),
            StillChallengeable(first.slot)
        );
    }

    function _requireTwo(Statement calldata first, Statement calldata second) private pure {
        bool two = first.slot == second.slot && first.attempt == second.attempt && first.attempt <= 1
            && Messages.hashStatement(first) != Messages.hashStatement(second);
        require(two, NotTwoStatements());
    }

    function _requireOperatorSigned(Statement calldata statement, Signature calldata signature) private view {
        bytes32 digest = _digest(Messages.hashStatement(statement));
        bool signed = MeterSignature.isSignedByAccount(registry.operatorAt(statement.slot), digest, signature);
        require(signed, NotTwoStatements());
    }
}
