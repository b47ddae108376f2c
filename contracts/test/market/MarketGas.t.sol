// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {InclusionProof, Node, Step} from "../../src/LedgerTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {BN254} from "../../src/libraries/BN254.sol";
import {MarketDemands} from "../../src/market/MarketDemands.sol";
import {MarketSlots} from "../../src/market/MarketSlots.sol";
import {
    Clearing,
    CommittedSet,
    Flow,
    Order,
    PublishedClearing,
    ResultDescent,
    ResultLeaf,
    Terms,
    ZoneClearing,
    ZoneTerms
} from "../../src/market/MarketTypes.sol";
import {ResultChallenges} from "../../src/market/ResultChallenges.sol";
import {MarketMessages} from "../../src/market/libraries/MarketMessages.sol";
import {OrderRules} from "../../src/market/libraries/OrderRules.sol";
import {Trading} from "./Trading.sol";

/// @dev What a slot costs on chain, for any number of orders; and that nothing comes near what EIP-7825 allows, with 32 zones
/// and the largest trees.
contract MarketGasTest is Trading {
    uint256 private constant LARGEST_TRANSACTION = 16_777_216;
    uint256 private constant HEIGHT = 20;

    function _termsOf(uint256 zones) private pure returns (Terms memory given) {
        given.zones = new ZoneTerms[](zones);
        given.charges = new int64[](zones * zones);
        for (uint256 z = 0; z < zones; ++z) {
            given.zones[z] = ZoneTerms(uint32(z), SELL, BUY);
        }
    }

    function _setTermsOf(uint256 zones) private returns (Terms memory given) {
        given = _termsOf(zones);
        uint32[] memory numbers = new uint32[](zones);
        for (uint256 z = 0; z < zones; ++z) {
            numbers[z] = uint32(z);
        }
        VM.prank(authority);
        terms.setCharges(numbers, given.charges, slot);
        VM.prank(utility);
        terms.setPrices(given.zones, slot);
    }

    /// @dev Every zone trades; each sends to the next, all to all where `full`.
    function _clearingOf(uint256 zones, bool full) private view returns (Clearing memory clearing) {
        clearing.slot = slot;
        clearing.zones = new ZoneClearing[](zones);
        for (uint256 z = 0; z < zones; ++z) {
            ZoneClearing memory zone = clearing.zones[z];
            (zone.zone, zone.price, zone.lower, zone.upper) = (uint32(z), 200_000, 180_001, 219_999);
            (zone.lowerOrder, zone.upperOrder) = (keccak256(abi.encode(z)), keccak256(abi.encode(z, z)));
            (zone.bidRatio, zone.offerRatio) = (0x7fffffff, 0x12345678);
            (zone.bought, zone.sold) = (123_456, 123_456);
            zone.boughtBlinding = uint256(keccak256(abi.encode("bought", z))) % BN254.ORDER;
            zone.soldBlinding = uint256(keccak256(abi.encode("sold", z))) % BN254.ORDER;
            BN254.Point memory bought = BN254.commit(zone.bought, zone.boughtBlinding);
            BN254.Point memory sold = BN254.commit(zone.sold, zone.soldBlinding);
            zone.sums = [bought.x, bought.y, sold.x, sold.y];
            (zone.root, zone.count) = (keccak256(abi.encode("root", z)), 1000);
        }
        clearing.flows = full ? _allFlows(zones) : _ring(zones);
    }

    function _ring(uint256 zones) private pure returns (Flow[] memory flows) {
        flows = new Flow[](zones == 1 ? 0 : zones);
        for (uint256 z = 0; z < flows.length; ++z) {
            flows[z] = Flow(uint32(z), uint32((z + 1) % zones), 54_321);
        }
    }

    function _allFlows(uint256 zones) private pure returns (Flow[] memory flows) {
        flows = new Flow[](zones * (zones - 1));
        uint256 count;
        for (uint256 a = 0; a < zones; ++a) {
            for (uint256 b = 0; b < zones; ++b) {
                if (a != b) flows[count++] = Flow(uint32(a), uint32(b), 54_321);
            }
        }
    }

    /// @dev What a transaction with this data costs: at least EIP-7623's floor.
    function _cost(address sender, address to, bytes memory data) private returns (uint256) {
        uint256 zeros;
        for (uint256 i = 0; i < data.length; ++i) {
            if (data[i] == 0) ++zeros;
        }
        uint256 tokens = zeros + 4 * (data.length - zeros);
        VM.prank(sender);
        uint256 before = gasleft();
        (bool success, bytes memory answer) = to.call(data);
        uint256 used = before - gasleft() + 4 * tokens;
        require(success, string(answer));
        return 21_000 + (used > 10 * tokens ? used : 10 * tokens);
    }

    function _checkBelow(uint256 cost, uint256 bound) private pure {
        check(cost < LARGEST_TRANSACTION, "EIP-7825");
        check(cost < bound, string.concat("more than expected: ", VM.toString(cost)));
    }

    function _commitCost() private returns (uint256) {
        VM.warp(terms.gateOf(slot));
        return _cost(operator, address(market), abi.encodeCall(MarketSlots.commitSet, (slot, keccak256("root"), 1000)));
    }

    function _publishCost(uint256 zones, bool full) private returns (uint256) {
        Terms memory given = _setTermsOf(zones);
        _commitCost();
        VM.warp(market.chainRevealUntil(slot));
        Clearing memory clearing = _clearingOf(zones, full);
        return _cost(operator, address(market), abi.encodeCall(MarketSlots.publishClearing, (clearing, given)));
    }

    function test_commit() public {
        _checkBelow(_commitCost(), 120_000);
    }

    function test_publish_oneZone() public {
        _checkBelow(_publishCost(1, false), 180_000);
    }

    function test_publish_threeZones() public {
        _checkBelow(_publishCost(3, false), 350_000);
    }

    function test_publish_tenZones() public {
        _checkBelow(_publishCost(10, false), 1_200_000);
    }

    function test_publish_mostZonesAndFlows() public {
        _checkBelow(_publishCost(32, true), 15_000_000);
    }

    /// @dev The dearest challenge: 32 zones, all flows, 2^20 results in the last.
    function test_challenge_overTheLargestTrees() public {
        Terms memory given = _setTermsOf(32);
        _commitCost();
        VM.warp(market.chainRevealUntil(slot));
        Clearing memory clearing = _clearingOf(32, true);
        Order memory order = Order(_meter(0), slot, 0, 0, 700, 0, 300_000, 31, "salt");
        (ResultDescent memory descent, Node memory root) = _largest(MarketMessages.hashOrder(order), clearing);
        (clearing.zones[31].root, clearing.zones[31].count) = (root.hash, uint32(2 ** HEIGHT));
        VM.prank(operator);
        market.publishClearing(clearing, given);
        PublishedClearing memory published = PublishedClearing(clearing, uint64(block.timestamp), uint64(block.number));
        uint256 cost = _cost(
            stranger,
            address(resultChallenges),
            abi.encodeCall(ResultChallenges.challengeResult, (published, 31, descent, order))
        );
        _checkBelow(cost, 10_000_000);
        _checkVoid("void");
    }

    /// @dev A leaf that commits to nothing, beside nodes that only their hashes stand for.
    function _largest(bytes32 order, Clearing memory clearing)
        private
        view
        returns (ResultDescent memory descent, Node memory node)
    {
        descent.leaf.order = order;
        descent.steps = new Step[](HEIGHT);
        node = MarketMessages.toNode(descent.leaf, address(market), slot, 31);
        for (uint256 level = 1; level <= HEIGHT; ++level) {
            Step memory step = descent.steps[HEIGHT - level];
            step.left = node;
            step.right.hash = bytes32(level);
            step.right.sums = clearing.zones[0].sums;
            (, Node memory parent) = SumTree.addSums(step.left, step.right);
            parent.hash = SumTree.hashNode(level, 0, step.left, step.right);
            node = parent;
        }
    }
}
