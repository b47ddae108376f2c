// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommunityRegistry} from "../CommunityRegistry.sol";
import {Leaf, Node, Reading} from "../LedgerTypes.sol";
import {BN254} from "./BN254.sol";
import {Messages} from "./Messages.sol";
import {MeterSignature} from "./MeterSignature.sol";
import {SumTree} from "./SumTree.sol";

/// @title When a leaf, or a reading that a household includes directly, is sound (docs/protocol.md, section 9).
/// @notice Nothing here reverts because of what a meter or an operator made up: it decides.
library LeafRules {
    /// @notice Whether a leaf belongs into the statement of `slot` as `stated`: registered, signed, consistent.
    /// @param digest What the meter's key must have signed.
    function isSound(
        CommunityRegistry registry,
        uint64 slot,
        Node memory stated,
        Node memory own,
        Leaf memory leaf,
        bytes32 digest
    ) internal view returns (bool) {
        if (!SumTree.haveEqualSums(stated, own) || leaf.owners > 3 || leaf.reading.slot != slot) {
            return false;
        }
        CommunityRegistry.MeterAtSlot memory meter = registry.meterAt(leaf.reading.meter, slot);
        if (leaf.owners & 2 != 0 && meter.plantPowerWatts == 0) return false;
        return meter.household != address(0) && meter.keyId == leaf.reading.key
            && MeterSignature.isSignedByKey(meter.key, digest, leaf.signature) && Messages.hasValidPoints(leaf.reading)
            && startsSoundly(leaf.reading);
    }

    /// @notice Whether a reading with valid points names an earlier slot as its previous or, as a meter's first, has
    /// nothing but its own commitments in the running registers.
    function startsSoundly(Reading memory reading) internal view returns (bool) {
        if (reading.previous != 0) return reading.previousSlot < reading.slot;
        Reading memory nothing;
        return reading.previousSlot == 0 && continues(reading, nothing);
    }

    /// @notice Whether `reading` is of the meter and names the slot of `previous`, and continues its running registers.
    function follows(Reading memory reading, Reading memory previous) internal view returns (bool) {
        return previous.meter == reading.meter && previous.slot == reading.previousSlot && continues(reading, previous);
    }

    /// @notice Whether all three running registers of `reading` are those of `previous` plus its commitments; an invalid
    /// point in either counts as no.
    function continues(Reading memory reading, Reading memory previous) internal view returns (bool) {
        if (!Messages.hasValidPoints(reading) || !Messages.hasValidPoints(previous)) return false;
        for (uint256 register = Messages.RUNNING_WITHDRAWAL; register <= Messages.RUNNING_GENERATION; ++register) {
            BN254.Point memory expected =
                BN254.add(Messages.point(previous, register), Messages.increment(reading, register));
            if (!BN254.equal(Messages.point(reading, register), expected)) return false;
        }
        return true;
    }
}
