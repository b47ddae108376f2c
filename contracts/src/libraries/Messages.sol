// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Inclusion, Leaf, Node, Published, Reading, SealedOpenings, Statement} from "../LedgerTypes.sol";
import {BN254} from "./BN254.sol";

/// @title The hashes of docs/protocol.md, sections 4, 6, 7 and 9, and where a reading keeps its points.
library Messages {
    bytes32 internal constant READING_TYPEHASH = keccak256(
        "Reading(bytes32 meter,bytes32 key,uint64 slot,uint32 revision,uint64 previousSlot,bytes32 previous,uint256[16] points)"
    );
    bytes32 internal constant STATEMENT_TYPEHASH = keccak256(
        "Statement(uint64 slot,uint8 attempt,bytes32 root,uint256[4] sums,uint32 withdrawalOwners,uint32 feedInOwners,uint32 count)"
    );
    bytes32 private constant LEAF_TAG = keccak256("DEMS leaf v1");
    bytes32 private constant RECORD_TAG = keccak256("DEMS record v1");
    bytes32 private constant INCLUSION_TAG = keccak256("DEMS inclusion v1");

    uint256 internal constant POINTS = 8;
    uint256 internal constant REGISTERS = 5;
    uint256 internal constant WITHDRAWAL_REST = 1;
    uint256 internal constant FEED_IN_REST = 3;
    uint256 internal constant RUNNING_WITHDRAWAL = 5;
    uint256 internal constant RUNNING_FEED_IN = 6;
    uint256 internal constant RUNNING_GENERATION = 7;

    /// @notice EIP-712 hashStruct(Reading).
    function hashReading(Reading memory reading) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                READING_TYPEHASH,
                reading.meter,
                reading.key,
                reading.slot,
                reading.revision,
                reading.previousSlot,
                reading.previous,
                keccak256(abi.encode(reading.points))
            )
        );
    }

    /// @notice EIP-712 hashStruct(Statement).
    function hashStatement(Statement memory statement) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                STATEMENT_TYPEHASH,
                statement.slot,
                statement.attempt,
                statement.root,
                keccak256(abi.encode(statement.sums)),
                statement.withdrawalOwners,
                statement.feedInOwners,
                statement.count
            )
        );
    }

    /// @notice As `hashStatement`, without copying the statement field by field: every publication pays for this. Words
    /// that do not fit their types are hashed as they are, and so are not the hash of anything.
    function hashStatementCalldata(Statement calldata statement) internal pure returns (bytes32 result) {
        bytes32 typehash = STATEMENT_TYPEHASH;
        assembly ("memory-safe") {
            let words := mload(0x40)
            calldatacopy(words, add(statement, 0x60), 0x80)
            let sumsHash := keccak256(words, 0x80)
            mstore(words, typehash)
            calldatacopy(add(words, 0x20), statement, 0x60)
            mstore(add(words, 0x80), sumsHash)
            calldatacopy(add(words, 0xa0), add(statement, 0xe0), 0x60)
            result := keccak256(words, 0x100)
        }
    }

    /// @notice The one word that the chain keeps of a published statement.
    function hashRecord(bytes32 statementHash, uint256 publishedAt, uint256 publishedBlock)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(RECORD_TAG, statementHash, publishedAt, publishedBlock));
    }

    /// @notice As above, of a statement with time and block of its publication.
    function hashRecord(Published calldata published) internal pure returns (bytes32) {
        return hashRecord(hashStatementCalldata(published.statement), published.publishedAt, published.publishedBlock);
    }

    function hashInclusion(bytes32 readingHash, Inclusion memory inclusion) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(INCLUSION_TAG, readingHash, inclusion.sealedHash, inclusion.includedAt, inclusion.includedBlock)
        );
    }

    function hashSealed(SealedOpenings memory openings) internal pure returns (bytes32) {
        return keccak256(abi.encode(openings));
    }

    /// @notice The leaf as a node of the tree of `ledger`, with its own sums; sound only if `owners <= 3`.
    function toNode(Leaf memory leaf, address ledger) internal view returns (Node memory node) {
        uint256[16] memory points = leaf.reading.points;
        node.hash = keccak256(
            abi.encode(LEAF_TAG, block.chainid, ledger, hashReading(leaf.reading), leaf.owners, leaf.signature)
        );
        node.sums = [points[2], points[3], points[6], points[7]];
        node.withdrawalOwners = leaf.owners & 1;
        node.feedInOwners = (leaf.owners >> 1) & 1;
    }

    /// @notice Point 0 … 7 of a reading: C_0 … C_4, Z_w, Z_f, Z_g.
    function point(Reading memory reading, uint256 number) internal pure returns (BN254.Point memory) {
        return BN254.Point(reading.points[2 * number], reading.points[2 * number + 1]);
    }

    function hasValidPoints(Reading memory reading) internal pure returns (bool) {
        for (uint256 i = 0; i < POINTS; ++i) {
            if (!BN254.isValid(point(reading, i))) return false;
        }
        return true;
    }

    /// @notice What a slot added to a running register 5 … 7; both points must be valid.
    function increment(Reading memory reading, uint256 register) internal view returns (BN254.Point memory) {
        if (register == RUNNING_GENERATION) return point(reading, 4);
        uint256 first = 2 * (register - RUNNING_WITHDRAWAL);
        return BN254.add(point(reading, first), point(reading, first + 1));
    }
}
