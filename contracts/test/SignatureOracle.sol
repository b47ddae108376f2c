// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Signature} from "../src/LedgerTypes.sol";
import {MeterSignature} from "../src/libraries/MeterSignature.sol";

/// @title Says of many signatures whether the contracts accept them: what Python's own rules are fuzzed against.
contract SignatureOracle {
    struct Question {
        MeterSignature.PublicKey key;
        bytes32 digest;
        Signature signature;
    }

    /// @notice For each question, whether the key is one and whether it signed the digest.
    function decide(Question[] calldata questions) external view returns (bool[] memory keys, bool[] memory signed) {
        (keys, signed) = (new bool[](questions.length), new bool[](questions.length));
        for (uint256 i = 0; i < questions.length; ++i) {
            keys[i] = MeterSignature.isPublicKey(questions[i].key);
            signed[i] = MeterSignature.isSignedByKey(questions[i].key, questions[i].digest, questions[i].signature);
        }
    }
}
