// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Signature, Step} from "../LedgerTypes.sol";

/// @dev What households, the market operator and the contracts exchange: docs/market.md.

/// @notice What the utility sells and buys at in a zone, micro-units of the settlement currency per kWh.
struct ZoneTerms {
    uint32 zone;
    int64 sell;
    int64 buy;
}

/// @notice The utility's prices by zone, strictly ascending, and the network's charges for energy from one zone to another:
/// `charges[from * Z + to]`.
struct Terms {
    ZoneTerms[] zones;
    int64[] charges;
}

/// @notice What a household wants to buy (side 0) or to sell (side 1) in a slot; quantities in Wh.
struct Order {
    bytes32 meter;
    uint64 slot;
    uint8 number;
    uint8 side;
    uint32 quantity;
    uint32 battery;
    int64 limit;
    uint32 zone;
    bytes32 salt;
}

/// @notice An order in the set: its hash, and the household's signature of the `SealedOrder`.
struct SetLeaf {
    bytes32 order;
    bytes32 meter;
    Signature signature;
}

/// @notice The set of a slot with time and block of its commitment: the preimage of the slot's set record.
struct CommittedSet {
    uint64 slot;
    bytes32 root;
    uint32 count;
    uint64 committedAt;
    uint64 committedBlock;
}

/// @notice What became of an order.
enum ResultStatus {
    Cleared,
    Unrevealed,
    Implausible,
    Withdrawn,
    Crossed,
    Invalid
}

/// @notice A result: `points` are the commitments B.x, B.y, S.x, S.y to what was bought and sold. `status` is a
/// `ResultStatus`; here a number, because an operator may have hashed any.
struct ResultLeaf {
    bytes32 order;
    uint8 status;
    uint256[4] points;
}

/// @notice What is published of one zone: docs/market.md, section 6.
struct ZoneClearing {
    uint32 zone;
    int64 price;
    int64 lower;
    int64 upper;
    bytes32 lowerOrder;
    bytes32 upperOrder;
    uint64 bidRatio;
    uint64 offerRatio;
    uint64 bought;
    uint64 sold;
    uint256 boughtBlinding;
    uint256 soldBlinding;
    uint64 utilitySold;
    uint64 utilityBought;
    bytes32 root;
    uint256[4] sums;
    uint32 count;
}

/// @notice Energy in Wh that goes from one zone to another.
struct Flow {
    uint32 from;
    uint32 to;
    uint64 energy;
}

/// @notice The clearing of a slot.
struct Clearing {
    uint64 slot;
    ZoneClearing[] zones;
    Flow[] flows;
}

/// @notice A clearing with time and block of its publication.
struct PublishedClearing {
    Clearing clearing;
    uint64 publishedAt;
    uint64 publishedBlock;
}

/// @notice The preimage of a slot's clearing record; zeros where nothing is published.
struct ClearingStamp {
    bytes32 clearingHash;
    uint64 publishedAt;
    uint64 publishedBlock;
}

/// @notice A leaf of the set and the preimages from the root down to it.
struct SetDescent {
    uint32 index;
    SetLeaf leaf;
    Step[] steps;
}

/// @notice A leaf of a zone's results and the preimages from the root down to it.
struct ResultDescent {
    uint32 index;
    ResultLeaf leaf;
    Step[] steps;
}

/// @notice Why a slot's market was voided.
enum MarketFinding {
    OmittedOrder,
    WrongSetLeaf,
    WrongSetOrder,
    WrongResult,
    WrongStatus,
    MissingResult,
    UnknownResult,
    WrongResultOrder,
    WrongResultNode,
    WrongResultPadding,
    WrongPrice,
    Unanswered
}
