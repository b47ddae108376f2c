// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {CommunityRegistry} from "../CommunityRegistry.sol";
import {InclusionProof, Leaf, Published} from "../LedgerTypes.sol";
import {MeterLedger} from "../MeterLedger.sol";
import {Messages} from "../libraries/Messages.sol";
import {SumTree} from "../libraries/SumTree.sol";

/// @title What the parts of the meter ledger have in common: challenges, demands and direct inclusion.
/// @dev Contracts of their own because together they exceed the size that a contract may have (EIP-170). The ledger knows
/// its parts from its deployment on; each part checks that.
abstract contract LedgerPart is ERC2771Context {
    MeterLedger public immutable ledger;
    CommunityRegistry public immutable registry;

    constructor(MeterLedger ledger_) ERC2771Context(ledger_.trustedForwarder()) {
        ledger = ledger_;
        registry = ledger_.registry();
    }

    /// @dev The EIP-712 digest of a message: all of them are bound to the ledger.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(ledger.domainSeparator(), structHash);
    }

    function _requireLeaf(Published calldata published, Leaf calldata leaf, InclusionProof calldata proof)
        internal
        view
    {
        SumTree.requireLeaf(published.statement, leaf.reading.slot, Messages.toNode(leaf, address(ledger)), proof);
    }
}
