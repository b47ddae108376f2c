// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clearing, Order, ResultLeaf, SetLeaf, Terms} from "../../src/market/MarketTypes.sol";
import {ClearingRules} from "../../src/market/libraries/ClearingRules.sol";
import {MarketMessages} from "../../src/market/libraries/MarketMessages.sol";
import {OrderRules} from "../../src/market/libraries/OrderRules.sol";
import {Checks} from "../Vm.sol";

/// @dev tests/protocol_market/vectors.json, which dems_protocol writes: both sides agree to the bit.
contract MarketVectorsTest is Checks {
    uint256 private constant ORDERS = 4;
    uint256 private constant ZONES = 2;
    uint256 private constant LEAVES = 3;

    string private json;
    address private market;
    uint64 private slot;

    function setUp() public {
        json = VM.readFile("tests/protocol_market/vectors.json");
        VM.chainId(VM.parseJsonUint(json, ".constants.chainId"));
        market = VM.parseJsonAddress(json, ".constants.market");
        slot = uint64(VM.parseJsonUint(json, ".constants.slot"));
    }

    function test_orders() public view {
        Clearing memory cleared = _clearing();
        for (uint256 i = 0; i < ORDERS; ++i) {
            string memory path = string.concat(".orders[", VM.toString(i), "]");
            Order memory order = abi.decode(_bytes(path, ".encoded"), (Order));
            bytes32 hash = MarketMessages.hashOrder(order);
            checkEqual(hash, _word(path, ".hash"), "order hash");
            checkEqual(MarketMessages.hashSealedOrder(hash, order.meter, slot), _word(path, ".sealed"), "sealed order");
            check(OrderRules.isValid(order, slot), "valid");
            uint256 filled = OrderRules.fill(order, cleared.zones[_uint(path, ".zone")]);
            checkEqual(filled, _uint(path, ".filled"), "filled");
            checkEqual(
                OrderRules.blinding(order.salt, slot, order.side, filled), uint256(_word(path, ".blinding")), "blinding"
            );
            checkEqual(
                OrderRules.blinding(order.salt, slot, 1 - order.side, 0),
                uint256(_word(path, ".otherBlinding")),
                "blinding of the other side"
            );
        }
    }

    function test_receipts() public view {
        Order memory order = abi.decode(_bytes(".orders[0]", ".encoded"), (Order));
        bytes32 hash = MarketMessages.hashOrder(order);
        uint64 receivedAt = uint64(_uint(".receipts", ".receivedAt"));
        checkEqual(
            MarketMessages.hashOrderReceipt(hash, order.meter, slot, receivedAt),
            _word(".receipts", ".order"),
            "order receipt"
        );
        checkEqual(
            MarketMessages.hashRevealReceipt(hash, slot, receivedAt), _word(".receipts", ".reveal"), "reveal receipt"
        );
        checkEqual(
            MarketMessages.hashEncryptionKey(order.meter, order.salt, slot),
            _word(".receipts", ".encryptionKey"),
            "encryption key"
        );
    }

    function test_leaves() public view {
        for (uint256 i = 0; i < ORDERS; ++i) {
            string memory path = string.concat(".set.leaves[", VM.toString(i), "]");
            SetLeaf memory leaf = abi.decode(_bytes(path, ".encoded"), (SetLeaf));
            checkEqual(MarketMessages.toNode(leaf, market, slot).hash, _word(path, ".hash"), "leaf of the set");
        }
        for (uint256 z = 0; z < ZONES; ++z) {
            string memory zone = string.concat(".zones[", VM.toString(z), "]");
            for (uint256 i = 0; i < LEAVES; ++i) {
                string memory path = string.concat(zone, ".leaves[", VM.toString(i), "]");
                ResultLeaf memory leaf = abi.decode(_bytes(path, ".encoded"), (ResultLeaf));
                bytes32 found = MarketMessages.toNode(leaf, market, slot, uint32(_uint(zone, ".zone"))).hash;
                checkEqual(found, _word(path, ".hash"), "result");
            }
        }
    }

    /// @dev What the clearing rule of dems_protocol finds, the contract accepts.
    function test_clearing() public {
        Terms memory terms = abi.decode(_bytes(".terms", ".encoded"), (Terms));
        checkEqual(keccak256(abi.encode(terms)), _word(".terms", ".hash"), "terms");
        this.requireSound(_clearing(), terms);
        checkEqual(this.hashClearing(_clearing()), _word(".clearing", ".hash"), "clearing");
        Clearing memory other = _clearing();
        ++other.zones[0].bought;
        VM.expectRevert();
        this.requireSound(other, terms);
    }

    function requireSound(Clearing calldata cleared, Terms calldata terms) external view {
        ClearingRules.requireSound(cleared, terms);
    }

    function hashClearing(Clearing calldata cleared) external pure returns (bytes32) {
        return MarketMessages.hashClearing(cleared);
    }

    function _clearing() private view returns (Clearing memory) {
        return abi.decode(_bytes(".clearing", ".encoded"), (Clearing));
    }

    function _bytes(string memory path, string memory name) private view returns (bytes memory) {
        return VM.parseJsonBytes(json, string.concat(path, name));
    }

    function _word(string memory path, string memory name) private view returns (bytes32) {
        return VM.parseJsonBytes32(json, string.concat(path, name));
    }

    function _uint(string memory path, string memory name) private view returns (uint256) {
        return VM.parseJsonUint(json, string.concat(path, name));
    }
}
