// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reading, SealedOpenings} from "../LedgerTypes.sol";
import {BN254} from "./BN254.sol";
import {Messages} from "./Messages.sol";

/// @title Openings sealed to the operator, and the operator's proof that they are false (docs/protocol.md, section 10).
library SealedOpening {
    using BN254 for BN254.Point;

    bytes32 private constant PAD_TAG = keccak256("DEMS pad v1");
    bytes32 private constant EQUALITY_TAG = keccak256("DEMS equality v1");

    /// @notice The operator's share K = k·E of the key agreement with a Chaum–Pedersen proof that it is that.
    struct Disclosure {
        uint256[2] shared;
        uint256 challenge;
        uint256 response;
    }

    /// @notice Whether the disclosure holds: log_G P = log_E K. Never reverts.
    function isGenuine(
        address ledger,
        bytes32 readingHash,
        SealedOpenings memory openings,
        Disclosure memory disclosure
    ) internal view returns (bool) {
        BN254.Point memory operatorKey = _point(openings.operatorKey);
        BN254.Point memory ephemeral = _point(openings.ephemeral);
        BN254.Point memory shared = _point(disclosure.shared);
        if (disclosure.challenge >= BN254.ORDER || disclosure.response >= BN254.ORDER) return false;
        if (!operatorKey.isValid() || !ephemeral.isValid() || !shared.isValid()) return false;
        BN254.Point memory first = _announcement(BN254.generator(), operatorKey, disclosure);
        BN254.Point memory second = _announcement(ephemeral, shared, disclosure);
        bytes32 challenge = keccak256(
            abi.encode(EQUALITY_TAG, block.chainid, ledger, readingHash, operatorKey, ephemeral, shared, first, second)
        );
        return uint256(challenge) % BN254.ORDER == disclosure.challenge;
    }

    /// @notice Whether what was sealed opens all five commitments of the reading to 32-bit values. Never reverts if the
    /// reading's points are valid.
    function opens(
        Reading memory reading,
        bytes32 readingHash,
        SealedOpenings memory openings,
        uint256[2] memory shared
    ) internal view returns (bool) {
        for (uint256 register = 0; register < Messages.REGISTERS; ++register) {
            uint256 value = _unseal(openings, shared, readingHash, register);
            uint256 blinding = _unseal(openings, shared, readingHash, register + Messages.REGISTERS);
            if (value > type(uint32).max || blinding >= BN254.ORDER) return false;
            if (!BN254.commit(value, blinding).equal(Messages.point(reading, register))) return false;
        }
        return true;
    }

    function _unseal(SealedOpenings memory openings, uint256[2] memory shared, bytes32 readingHash, uint256 word)
        private
        pure
        returns (uint256)
    {
        return uint256(openings.words[word] ^ keccak256(abi.encode(PAD_TAG, shared, readingHash, word)));
    }

    function _announcement(BN254.Point memory base, BN254.Point memory image, Disclosure memory disclosure)
        private
        view
        returns (BN254.Point memory)
    {
        return base.multiply(disclosure.response).add(image.multiply(disclosure.challenge).negate());
    }

    function _point(uint256[2] memory words) private pure returns (BN254.Point memory) {
        return BN254.Point(words[0], words[1]);
    }
}
