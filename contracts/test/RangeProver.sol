// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BN254} from "../src/libraries/BN254.sol";

/// @dev The prover's side of docs/protocol.md, section 11.
library RangeProver {
    using BN254 for BN254.Point;

    struct Bit {
        address ledger;
        bytes32 readingHash;
        uint256 register;
        uint256 number;
        bool isOne;
        uint256 blinding;
    }

    function prove(address ledger, bytes32 readingHash, uint256 register, uint256 value, uint256 blinding)
        internal
        view
        returns (uint256[6][32] memory proof)
    {
        uint256 rest = blinding;
        for (uint256 i = 1; i < 32; ++i) {
            uint256 rho = _random("rho", i);
            rest = addmod(rest, BN254.ORDER - mulmod(1 << i, rho, BN254.ORDER), BN254.ORDER);
            proof[i] = _proveBit(Bit(ledger, readingHash, register, i, (value >> i) & 1 == 1, rho));
        }
        proof[0] = _proveBit(Bit(ledger, readingHash, register, 0, value & 1 == 1, rest));
    }

    /// @dev The true branch is answered, the other simulated.
    function _proveBit(Bit memory bit) private view returns (uint256[6] memory row) {
        BN254.Point memory commitment = BN254.commit(bit.isOne ? 1 : 0, bit.blinding);
        uint256 t = _random("t", bit.number);
        uint256 simulatedE = _random("e", bit.number);
        uint256 simulatedS = _random("s", bit.number);
        BN254.Point memory falseBase = bit.isOne ? commitment : commitment.add(BN254.generator().negate());
        BN254.Point memory simulated =
            BN254.blindingGenerator().multiply(simulatedS).add(falseBase.multiply(simulatedE).negate());
        BN254.Point memory announced = BN254.blindingGenerator().multiply(t);
        uint256 e = addmod(_challenge(bit, commitment, simulated, announced), BN254.ORDER - simulatedE, BN254.ORDER);
        uint256 s = addmod(t, mulmod(e, bit.blinding, BN254.ORDER), BN254.ORDER);
        return bit.isOne
            ? [commitment.x, commitment.y, simulatedE, e, simulatedS, s]
            : [commitment.x, commitment.y, e, simulatedE, s, simulatedS];
    }

    function _challenge(
        Bit memory bit,
        BN254.Point memory commitment,
        BN254.Point memory simulated,
        BN254.Point memory announced
    ) private view returns (uint256) {
        (BN254.Point memory zero, BN254.Point memory one) = bit.isOne ? (simulated, announced) : (announced, simulated);
        bytes memory context = abi.encode(
            keccak256("DEMS range v1"), block.chainid, bit.ledger, bit.readingHash, bit.register, bit.number
        );
        return uint256(keccak256(bytes.concat(context, abi.encode(commitment, zero, one)))) % BN254.ORDER;
    }

    function _random(string memory what, uint256 number) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(what, number))) % BN254.ORDER;
    }
}
