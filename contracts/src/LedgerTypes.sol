// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What the household, the operator and the contracts exchange: docs/protocol.md, sections 4 to 10.

/// @notice What a meter signs for one slot: five commitments and three running registers as eight points x, y.
struct Reading {
    bytes32 meter;
    bytes32 key;
    uint64 slot;
    uint32 revision;
    uint64 previousSlot;
    bytes32 previous;
    uint256[16] points;
}

/// @notice A signature in the one accepted encoding: low s; v is 27 or 28 for secp256k1, 0 for P-256.
struct Signature {
    bytes32 r;
    bytes32 s;
    uint8 v;
}

/// @notice A signed reading in a statement. Bit 0 of `owners` counts its household among those who withdraw, bit 1
/// among those who feed in.
struct Leaf {
    Reading reading;
    uint8 owners;
    Signature signature;
}

/// @notice A node of the sum tree: `sums` are the two points X_w and X_f.
struct Node {
    bytes32 hash;
    uint256[4] sums;
    uint32 withdrawalOwners;
    uint32 feedInOwners;
}

/// @notice The preimage of a node above the leaves.
struct Step {
    Node left;
    Node right;
}

/// @notice What the operator states of a slot.
struct Statement {
    uint64 slot;
    uint8 attempt;
    bytes32 root;
    uint256[4] sums;
    uint32 withdrawalOwners;
    uint32 feedInOwners;
    uint32 count;
}

/// @notice A statement with the time and block of its publication: the preimage of a slot's record.
struct Published {
    Statement statement;
    uint64 publishedAt;
    uint64 publishedBlock;
}

/// @notice Where a leaf stands in the tree: its index and the siblings from level 0 upwards.
struct InclusionProof {
    uint32 index;
    Node[] siblings;
}

/// @notice A leaf and the preimages from the root down to it.
struct LeafDescent {
    uint32 index;
    Leaf leaf;
    Step[] steps;
}

/// @notice Openings of a reading, encrypted to the operator's key (section 10).
struct SealedOpenings {
    uint256[2] operatorKey;
    uint256[2] ephemeral;
    bytes32[10] words;
}

/// @notice The preimage, beside the reading, of what is stored of a direct inclusion.
struct Inclusion {
    bytes32 sealedHash;
    uint64 includedAt;
    uint64 includedBlock;
}

/// @notice A reading that the chain vouches for: a leaf of a final statement or, where `inclusion.sealedHash` is not
/// zero, a direct inclusion that stands in a final slot (`leaf.owners`, `leaf.signature` and `proof` are ignored then).
struct Anchor {
    Published published;
    Leaf leaf;
    InclusionProof proof;
    Inclusion inclusion;
}

/// @notice The opening of a commitment: Wh and blinding.
struct Opening {
    uint256 value;
    uint256 blinding;
}

/// @notice Why a statement was voided.
enum Finding {
    WrongNode,
    WrongPadding,
    WrongLeaf,
    WrongOrder,
    DoubledOwner,
    WrongRegister,
    Restarted,
    TwoStatements,
    Unanswered
}
