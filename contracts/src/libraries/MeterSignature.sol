// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Signature} from "../LedgerTypes.sol";

/// @title Signatures of meters and accounts, accepted by exactly the rules of docs/protocol.md, section 5.
/// @notice Nothing here reverts because of a key, digest or signature: it decides.
library MeterSignature {
    /// @notice P256VERIFY (EIP-7951) is missing at 0x100: every P-256 signature would look forged.
    error P256PrecompileMissing();

    uint8 internal constant SECP256K1 = 1;
    uint8 internal constant P256_SCHEME = 2;
    bytes32 private constant KEY_TAG = keccak256("DEMS key v1");
    address private constant P256_VERIFY = address(0x100);
    uint256 private constant SECP256K1_FIELD = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;
    uint256 private constant SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;

    /// @notice A public key in affine coordinates; scheme 1 is secp256k1, 2 is P-256.
    struct PublicKey {
        uint8 scheme;
        uint256 x;
        uint256 y;
    }

    function keyId(PublicKey memory key) internal pure returns (bytes32) {
        return keccak256(abi.encode(KEY_TAG, key.scheme, key.x, key.y));
    }

    /// @notice Whether the scheme is known and the coordinates are reduced and on its curve.
    function isPublicKey(PublicKey memory key) internal pure returns (bool) {
        if (key.scheme == P256_SCHEME) return P256.isValidPublicKey(bytes32(key.x), bytes32(key.y));
        if (key.scheme != SECP256K1 || key.x >= SECP256K1_FIELD || key.y >= SECP256K1_FIELD) return false;
        uint256 cube = mulmod(mulmod(key.x, key.x, SECP256K1_FIELD), key.x, SECP256K1_FIELD);
        return mulmod(key.y, key.y, SECP256K1_FIELD) == addmod(cube, 7, SECP256K1_FIELD);
    }

    /// @notice Whether `key` signed `digest`.
    function isSignedByKey(PublicKey memory key, bytes32 digest, Signature memory signature)
        internal
        view
        returns (bool)
    {
        if (key.scheme == SECP256K1) {
            return isSignedByAccount(address(uint160(uint256(keccak256(abi.encode(key.x, key.y))))), digest, signature);
        }
        return key.scheme == P256_SCHEME && signature.v == 0
            && _isLow(uint256(signature.r), uint256(signature.s), P256_ORDER) && _verifyP256(key, digest, signature);
    }

    /// @notice Whether the secp256k1 key of `account` signed `digest`.
    function isSignedByAccount(address account, bytes32 digest, Signature memory signature)
        internal
        pure
        returns (bool)
    {
        if (!_isLow(uint256(signature.r), uint256(signature.s), SECP256K1_ORDER)) return false;
        if (signature.v != 27 && signature.v != 28) return false;
        address signer = ecrecover(digest, signature.v, signature.r, signature.s);
        return signer != address(0) && signer == account;
    }

    /// @notice Reverts where the precompile is missing or answers wrongly: a good signature must pass, a bad one fail.
    /// @dev The vector is of RFC 6979, appendix A.2.5 (SHA-256, "sample"), with s normalised.
    function requireP256() internal view {
        PublicKey memory key = PublicKey(
            P256_SCHEME,
            0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
            0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299
        );
        Signature memory signature = Signature(
            0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
            bytes32(P256_ORDER - 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8),
            0
        );
        require(isSignedByKey(key, sha256("sample"), signature), P256PrecompileMissing());
        require(!isSignedByKey(key, sha256("another"), signature), P256PrecompileMissing());
    }

    function _isLow(uint256 r, uint256 s, uint256 order) private pure returns (bool) {
        return r != 0 && r < order && s != 0 && s <= order >> 1;
    }

    function _verifyP256(PublicKey memory key, bytes32 digest, Signature memory signature) private view returns (bool) {
        (bool success, bytes memory answer) =
            P256_VERIFY.staticcall(abi.encode(digest, signature.r, signature.s, key.x, key.y));
        return success && answer.length == 32 && abi.decode(answer, (uint256)) == 1;
    }
}
