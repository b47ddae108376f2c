// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BN254} from "./BN254.sol";

/// @title Proof that a commitment opens to 0 … 2^32 - 1: 32 bits, each proven to be 0 or 1 (docs/protocol.md, section 11).
library RangeProof {
    using BN254 for BN254.Point;

    uint256 internal constant BITS = 32;
    bytes32 private constant TAG = keccak256("DEMS range v1");

    /// @notice What the proof is bound to.
    struct Claim {
        address ledger;
        bytes32 readingHash;
        uint256 register;
        BN254.Point commitment;
    }

    /// @notice Whether the proof holds; row i is (B.x, B.y, e0, e1, s0, s1) of bit i. Never reverts.
    function verify(Claim memory claim, uint256[6][32] memory proof) internal view returns (bool) {
        BN254.Point memory sum;
        for (uint256 done = 0; done < BITS; ++done) {
            uint256 bit = BITS - 1 - done;
            BN254.Point memory commitment = BN254.Point(proof[bit][0], proof[bit][1]);
            if (!commitment.isValid()) return false;
            for (uint256 i = 2; i < 6; ++i) {
                if (proof[bit][i] >= BN254.ORDER) return false;
            }
            if (!_isBit(claim, bit, commitment, proof[bit])) return false;
            sum = sum.add(sum).add(commitment);
        }
        return sum.equal(claim.commitment);
    }

    function _isBit(Claim memory claim, uint256 bit, BN254.Point memory commitment, uint256[6] memory row)
        private
        view
        returns (bool)
    {
        BN254.Point memory zero = _announcement(commitment, row[2], row[4]);
        BN254.Point memory one = _announcement(commitment.add(BN254.generator().negate()), row[3], row[5]);
        bytes32 challenge = keccak256(
            abi.encode(TAG, block.chainid, claim.ledger, claim.readingHash, claim.register, bit, commitment, zero, one)
        );
        return addmod(row[2], row[3], BN254.ORDER) == uint256(challenge) % BN254.ORDER;
    }

    function _announcement(BN254.Point memory base, uint256 challenge, uint256 response)
        private
        view
        returns (BN254.Point memory)
    {
        return BN254.blindingGenerator().multiply(response).add(base.multiply(challenge).negate());
    }
}
