// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Signature} from "../LedgerTypes.sol";
import {MeterSignature} from "../libraries/MeterSignature.sol";
import {Market} from "./Market.sol";
import {MarketTerms} from "./MarketTerms.sol";
import {PublishedClearing, SetLeaf, ZoneClearing} from "./MarketTypes.sol";
import {MarketMessages} from "./libraries/MarketMessages.sol";

/// @title What the parts of the market have in common: orders, challenges, demands.
/// @dev Contracts of their own because together they exceed the size that a contract may have (EIP-170). The market knows
/// its parts from its deployment on; each part checks that.
abstract contract MarketPart is ERC2771Context {
    error NotItsPart();
    error NoSuchZone(uint256 zoneIndex);

    Market public immutable market;
    MarketTerms public immutable terms;

    constructor(Market market_) ERC2771Context(market_.trustedForwarder()) {
        (market, terms) = (market_, market_.terms());
    }

    /// @dev The EIP-712 digest of a message: all of them are bound to the market.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(market.domainSeparator(), structHash);
    }

    /// @dev Whether the household sealed the order that traded for the meter then.
    function _isSealed(SetLeaf calldata leaf, uint64 slot) internal view returns (bool) {
        bytes32 digest = _digest(MarketMessages.hashSealedOrder(leaf.order, leaf.meter, slot));
        return MeterSignature.isSignedByAccount(terms.householdOf(leaf.meter, slot), digest, leaf.signature);
    }

    function _isSignedByOperator(uint64 slot, bytes32 structHash, Signature calldata signature)
        internal
        view
        returns (bool)
    {
        return MeterSignature.isSignedByAccount(terms.operatorAt(slot), _digest(structHash), signature);
    }

    function _zoneOf(PublishedClearing calldata published, uint256 zoneIndex)
        internal
        pure
        returns (ZoneClearing memory)
    {
        require(zoneIndex < published.clearing.zones.length, NoSuchZone(zoneIndex));
        return published.clearing.zones[zoneIndex];
    }
}
