// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The group of the commitments: BN254 G1 by the precompiles of EIP-196 (docs/protocol.md, section 2).
/// @notice Nothing here reverts because of the values it gets, as long as the caller checks `isValid` before adding or
/// multiplying: the precompiles consume all their gas when a point is invalid.
library BN254 {
    /// @notice A point in affine coordinates; (0, 0) is the identity.
    struct Point {
        uint256 x;
        uint256 y;
    }

    /// @notice The chain lacks a precompile of EIP-196, or a point was not checked before.
    error CurveOperationFailed();

    uint256 internal constant FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 internal constant ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant G_X = 1;
    uint256 internal constant G_Y = 2;
    uint256 internal constant H_X = 0x17d66bb41428eb0cc567536b3f83676d73dfeea98700489ed08a2deb8f0aba82;
    uint256 internal constant H_Y = 0x2394686093fd3068be80a759e8fd72266bd5d8f4b650c35909c4368eda6ec0c0;

    /// @notice Whether the words are a point of the curve or the identity, in its one encoding.
    function isValid(Point memory point) internal pure returns (bool) {
        return isValid(point.x, point.y);
    }

    function isValid(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= FIELD || y >= FIELD) return false;
        if (x == 0 && y == 0) return true;
        return mulmod(y, y, FIELD) == addmod(mulmod(mulmod(x, x, FIELD), x, FIELD), 3, FIELD);
    }

    function isIdentity(Point memory point) internal pure returns (bool) {
        return point.x == 0 && point.y == 0;
    }

    function equal(Point memory a, Point memory b) internal pure returns (bool) {
        return a.x == b.x && a.y == b.y;
    }

    /// @notice The sum of two valid points.
    function add(Point memory a, Point memory b) internal view returns (Point memory sum) {
        bool success;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, mload(a))
            mstore(add(input, 0x20), mload(add(a, 0x20)))
            mstore(add(input, 0x40), mload(b))
            mstore(add(input, 0x60), mload(add(b, 0x20)))
            success := staticcall(gas(), 0x06, input, 0x80, sum, 0x40)
            success := and(success, eq(returndatasize(), 0x40))
        }
        require(success, CurveOperationFailed());
    }

    /// @notice A valid point times a scalar.
    function multiply(Point memory point, uint256 scalar) internal view returns (Point memory product) {
        bool success;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, mload(point))
            mstore(add(input, 0x20), mload(add(point, 0x20)))
            mstore(add(input, 0x40), scalar)
            success := staticcall(gas(), 0x07, input, 0x60, product, 0x40)
            success := and(success, eq(returndatasize(), 0x40))
        }
        require(success, CurveOperationFailed());
    }

    /// @notice The inverse of a valid point.
    function negate(Point memory point) internal pure returns (Point memory) {
        return Point(point.x, point.y == 0 ? 0 : FIELD - point.y);
    }

    function generator() internal pure returns (Point memory) {
        return Point(G_X, G_Y);
    }

    /// @notice H, of which nobody knows the logarithm to the base G.
    function blindingGenerator() internal pure returns (Point memory) {
        return Point(H_X, H_Y);
    }

    /// @notice The Pedersen commitment `value`·G + `blinding`·H.
    function commit(uint256 value, uint256 blinding) internal view returns (Point memory sum) {
        bool success;
        assembly ("memory-safe") {
            let first := mload(0x40)
            let second := add(first, 0x40)
            mstore(first, G_X)
            mstore(add(first, 0x20), G_Y)
            mstore(add(first, 0x40), value)
            success := staticcall(gas(), 0x07, first, 0x60, first, 0x40)
            mstore(second, H_X)
            mstore(add(second, 0x20), H_Y)
            mstore(add(second, 0x40), blinding)
            success := and(success, staticcall(gas(), 0x07, second, 0x60, second, 0x40))
            success := and(success, staticcall(gas(), 0x06, first, 0x80, sum, 0x40))
            success := and(success, eq(returndatasize(), 0x40))
        }
        require(success, CurveOperationFailed());
    }

    /// @notice Adds two pairs of valid points, each given by its four coordinates.
    function addPairs(uint256[4] memory a, uint256[4] memory b) internal view returns (uint256[4] memory) {
        Point memory first = add(Point(a[0], a[1]), Point(b[0], b[1]));
        Point memory second = add(Point(a[2], a[3]), Point(b[2], b[3]));
        return [first.x, first.y, second.x, second.y];
    }

    /// @notice The inverses of a pair of valid points.
    function negatePair(uint256[4] memory a) internal pure returns (uint256[4] memory) {
        return [a[0], negate(Point(a[0], a[1])).y, a[2], negate(Point(a[2], a[3])).y];
    }
}
