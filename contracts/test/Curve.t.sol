// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BN254} from "../src/libraries/BN254.sol";
import {MeterSignature} from "../src/libraries/MeterSignature.sol";
import {Signature} from "../src/LedgerTypes.sol";
import {Checks} from "./Vm.sol";

/// @dev The group laws, and that hostile input is decided about, not reverted on.
/// forge-config: default.fuzz.runs = 512
contract CurveTest is Checks {
    using BN254 for BN254.Point;

    function test_isValid_neverReverts(uint256 x, uint256 y) public view {
        BN254.Point memory point = BN254.Point(x, y);
        (bool accepted,) = address(0x06).staticcall{gas: 1000}(abi.encode(x, y, uint256(0), uint256(0)));
        check(point.isValid() == accepted, "as the precompile decides");
    }

    function test_isValid_ofPoints(uint256 scalar) public view {
        BN254.Point memory point = BN254.multiply(BN254.generator(), scalar);
        check(point.isValid(), "valid");
        check(point.add(point.negate()).isIdentity(), "inverse");
        if (!point.isIdentity()) {
            check(!BN254.Point(point.x + BN254.FIELD, point.y).isValid(), "one encoding only");
        }
    }

    function test_commit_isHomomorphic(uint64 v, uint64 w, uint256 r, uint256 s) public view {
        (r, s) = (r % BN254.ORDER, s % BN254.ORDER);
        BN254.Point memory sum = BN254.commit(v, r).add(BN254.commit(w, s));
        check(sum.equal(BN254.commit(uint256(v) + w, addmod(r, s, BN254.ORDER))), "sum");
        check(!sum.equal(BN254.commit(uint256(v) + w + 1, addmod(r, s, BN254.ORDER))), "binding");
    }

    function test_generatorsAreNoMultiplesWeKnow() public pure {
        check(BN254.blindingGenerator().isValid() && !BN254.blindingGenerator().isIdentity(), "H is a point");
    }

    function add(BN254.Point memory a, BN254.Point memory b) external view returns (BN254.Point memory) {
        return a.add(b);
    }

    function multiply(BN254.Point memory a, uint256 scalar) external view returns (BN254.Point memory) {
        return a.multiply(scalar);
    }

    function test_uncheckedPointsAreRefused() public {
        VM.expectRevert(BN254.CurveOperationFailed.selector);
        this.add{gas: 100_000}(BN254.Point(1, 3), BN254.generator());
        VM.expectRevert(BN254.CurveOperationFailed.selector);
        this.multiply{gas: 100_000}(BN254.Point(1, 3), 2);
    }

    // Signatures

    function test_secp256k1(uint256 privateKey, bytes32 digest, bytes32 other) public {
        privateKey = within(privateKey, 1, type(uint128).max);
        VM.assume(digest != other);
        uint256 x = VM.createWallet(privateKey).publicKeyX;
        MeterSignature.PublicKey memory key = MeterSignature.PublicKey(1, x, VM.createWallet(privateKey).publicKeyY);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(privateKey, digest);
        check(MeterSignature.isPublicKey(key), "on the curve");
        _checkSignature(key, digest, other, Signature(r, s, v));
        _checkHighS(key, digest, Signature(r, s, v), 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141);
    }

    function test_p256(uint256 privateKey, bytes32 digest, bytes32 other) public view {
        privateKey = within(privateKey, 1, type(uint128).max);
        VM.assume(digest != other);
        (uint256 x, uint256 y) = VM.publicKeyP256(privateKey);
        MeterSignature.PublicKey memory key = MeterSignature.PublicKey(2, x, y);
        (bytes32 r, bytes32 s) = VM.signP256(privateKey, digest);
        uint256 order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
        if (uint256(s) > order / 2) s = bytes32(order - uint256(s));
        check(MeterSignature.isPublicKey(key), "on the curve");
        _checkSignature(key, digest, other, Signature(r, s, 0));
        _checkHighS(key, digest, Signature(r, s, 0), order);
    }

    function _checkSignature(
        MeterSignature.PublicKey memory key,
        bytes32 digest,
        bytes32 other,
        Signature memory signature
    ) private view {
        check(MeterSignature.isSignedByKey(key, digest, signature), "accepted");
        check(!MeterSignature.isSignedByKey(key, other, signature), "another digest");
        MeterSignature.PublicKey memory wrong = MeterSignature.PublicKey(3 - key.scheme, key.x, key.y);
        check(!MeterSignature.isSignedByKey(wrong, digest, signature), "another scheme");
        for (uint8 v = 0; v < 32; ++v) {
            Signature memory again = Signature(signature.r, signature.s, v);
            check(v == signature.v || !MeterSignature.isSignedByKey(key, digest, again), "one encoding only");
        }
    }

    function _checkHighS(MeterSignature.PublicKey memory key, bytes32 digest, Signature memory signature, uint256 order)
        private
        view
    {
        Signature memory high = Signature(signature.r, bytes32(order - uint256(signature.s)), signature.v);
        if (key.scheme == 1) high.v = 55 - high.v;
        check(!MeterSignature.isSignedByKey(key, digest, high), "high s");
        high = Signature(0, signature.s, signature.v);
        check(!MeterSignature.isSignedByKey(key, digest, high), "no r");
        high = Signature(signature.r, 0, signature.v);
        check(!MeterSignature.isSignedByKey(key, digest, high), "no s");
    }

    function test_hostileSignaturesAreRefusedNotRevertedOn(
        uint8 scheme,
        uint256 x,
        uint256 y,
        bytes32 digest,
        Signature calldata signature
    ) public view {
        MeterSignature.PublicKey memory key = MeterSignature.PublicKey(scheme % 4, x, y);
        check(!MeterSignature.isSignedByKey(key, digest, signature), "no luck");
        check(!MeterSignature.isPublicKey(key), "no luck with the curve either");
        check(!MeterSignature.isSignedByAccount(address(0), digest, signature), "nobody");
    }
}
