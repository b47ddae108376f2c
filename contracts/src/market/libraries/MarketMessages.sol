// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Node, Statement} from "../../LedgerTypes.sol";
import {
    Clearing,
    ClearingStamp,
    CommittedSet,
    Order,
    PublishedClearing,
    ResultLeaf,
    SetLeaf,
    ZoneClearing
} from "../MarketTypes.sol";

/// @title The hashes of docs/market.md, and the trees of orders and results as the sum tree's.
library MarketMessages {
    bytes32 internal constant ORDER_TYPEHASH = keccak256(
        "Order(bytes32 meter,uint64 slot,uint8 number,uint8 side,uint32 quantity,uint32 battery,int64 limit,uint32 zone,bytes32 salt)"
    );
    bytes32 internal constant SEALED_ORDER_TYPEHASH = keccak256("SealedOrder(bytes32 order,bytes32 meter,uint64 slot)");
    bytes32 internal constant ORDER_RECEIPT_TYPEHASH =
        keccak256("OrderReceipt(bytes32 order,bytes32 meter,uint64 slot,uint64 receivedAt)");
    bytes32 internal constant REVEAL_RECEIPT_TYPEHASH =
        keccak256("RevealReceipt(bytes32 order,uint64 slot,uint64 receivedAt)");
    bytes32 internal constant ENCRYPTION_KEY_TYPEHASH =
        keccak256("EncryptionKey(bytes32 meter,bytes32 key,uint64 from)");
    bytes32 private constant SET_LEAF_TAG = keccak256("DEMS sealed order v1");
    bytes32 private constant RESULT_LEAF_TAG = keccak256("DEMS result v1");
    bytes32 private constant SET_RECORD_TAG = keccak256("DEMS order set record v1");
    bytes32 private constant CLEARING_RECORD_TAG = keccak256("DEMS clearing record v1");

    /// @notice EIP-712 hashStruct(Order).
    function hashOrder(Order memory order) internal pure returns (bytes32) {
        return keccak256(abi.encode(ORDER_TYPEHASH, order));
    }

    /// @notice EIP-712 hashStruct(SealedOrder).
    function hashSealedOrder(bytes32 order, bytes32 meter, uint64 slot) internal pure returns (bytes32) {
        return keccak256(abi.encode(SEALED_ORDER_TYPEHASH, order, meter, slot));
    }

    /// @notice EIP-712 hashStruct(OrderReceipt).
    function hashOrderReceipt(bytes32 order, bytes32 meter, uint64 slot, uint64 receivedAt)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(ORDER_RECEIPT_TYPEHASH, order, meter, slot, receivedAt));
    }

    /// @notice EIP-712 hashStruct(RevealReceipt).
    function hashRevealReceipt(bytes32 order, uint64 slot, uint64 receivedAt) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVEAL_RECEIPT_TYPEHASH, order, slot, receivedAt));
    }

    /// @notice EIP-712 hashStruct(EncryptionKey).
    function hashEncryptionKey(bytes32 meter, bytes32 key, uint64 from) internal pure returns (bytes32) {
        return keccak256(abi.encode(ENCRYPTION_KEY_TYPEHASH, meter, key, from));
    }

    function hashClearing(Clearing calldata clearing) internal pure returns (bytes32) {
        return keccak256(abi.encode(clearing));
    }

    /// @notice The one word that the chain keeps of a committed set.
    function hashRecord(CommittedSet memory committed) internal pure returns (bytes32) {
        return keccak256(abi.encode(SET_RECORD_TAG, committed));
    }

    /// @notice The one word that the chain keeps of a published clearing.
    function hashRecord(ClearingStamp memory stamp) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLEARING_RECORD_TAG, stamp));
    }

    /// @notice What a clearing is known by on chain.
    function stampOf(PublishedClearing calldata published) internal pure returns (ClearingStamp memory) {
        return ClearingStamp(hashClearing(published.clearing), published.publishedAt, published.publishedBlock);
    }

    /// @notice The leaf as a node of the set of `market` in `slot`.
    function toNode(SetLeaf memory leaf, address market, uint64 slot) internal view returns (Node memory node) {
        node.hash =
            keccak256(abi.encode(SET_LEAF_TAG, block.chainid, market, slot, leaf.order, leaf.meter, leaf.signature));
    }

    /// @notice The leaf as a node of a zone's results, with its own sums.
    function toNode(ResultLeaf memory leaf, address market, uint64 slot, uint32 zone)
        internal
        view
        returns (Node memory node)
    {
        node.hash = keccak256(
            abi.encode(RESULT_LEAF_TAG, block.chainid, market, slot, zone, leaf.order, leaf.status, leaf.points)
        );
        node.sums = leaf.points;
    }

    /// @notice The set's tree: its nodes carry nothing.
    function treeOf(CommittedSet memory committed) internal pure returns (Statement memory tree) {
        (tree.slot, tree.root, tree.count) = (committed.slot, committed.root, committed.count);
    }

    /// @notice The tree of a zone's results: its nodes carry what was bought and what was sold.
    function treeOf(uint64 slot, ZoneClearing memory zone) internal pure returns (Statement memory tree) {
        (tree.slot, tree.root, tree.sums, tree.count) = (slot, zone.root, zone.sums, zone.count);
    }
}
