// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    InclusionProof,
    Leaf,
    Node,
    Published,
    Reading,
    SealedOpenings,
    Signature,
    Statement,
    Step,
    Inclusion
} from "../src/LedgerTypes.sol";
import {BN254} from "../src/libraries/BN254.sol";
import {LeafRules} from "../src/libraries/LeafRules.sol";
import {Messages} from "../src/libraries/Messages.sol";
import {MeterSignature} from "../src/libraries/MeterSignature.sol";
import {RangeProof} from "../src/libraries/RangeProof.sol";
import {SealedOpening} from "../src/libraries/SealedOpening.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Checks} from "./Vm.sol";

/// @dev tests/protocol/vectors.json, which dems_protocol writes: both sides agree to the bit.
contract VectorsTest is Checks {
    string private json;
    address private ledger;
    bytes32 private separator;

    function setUp() public {
        json = VM.readFile("tests/protocol/vectors.json");
        VM.chainId(VM.parseJsonUint(json, ".constants.chainId"));
        ledger = VM.parseJsonAddress(json, ".constants.ledger");
        separator = _word(".constants.domainSeparator");
    }

    function test_constants() public view {
        checkEqual(Messages.READING_TYPEHASH, _word(".constants.readingTypehash"), "Reading");
        checkEqual(Messages.STATEMENT_TYPEHASH, _word(".constants.statementTypehash"), "Statement");
        checkEqual(SumTree.EMPTY, _word(".constants.emptyLeaf"), "empty leaf");
        check(BN254.equal(BN254.blindingGenerator(), _point(".constants.h")), "H");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("DEMS"),
                keccak256("1"),
                block.chainid,
                ledger
            )
        );
        checkEqual(domain, separator, "domain");
    }

    function test_points() public view {
        for (uint256 i = 0; i < 3; ++i) {
            check(BN254.isValid(_point(_at(".points.valid", i, ""))), "valid");
        }
        for (uint256 i = 0; i < 8; ++i) {
            check(!BN254.isValid(_point(_at(".points.invalid", i, ""))), "invalid");
        }
    }

    function test_commitments() public view {
        for (uint256 i = 0; i < 12; ++i) {
            uint256 value = uint256(_word(_at(".commitments", i, ".value")));
            uint256 blinding = uint256(_word(_at(".commitments", i, ".blinding")));
            check(BN254.equal(BN254.commit(value, blinding), _point(_at(".commitments", i, ".point"))), "commitment");
        }
    }

    function test_signaturesAreAcceptedByTheSameRules() public view {
        uint256 count = _length(".signatures");
        check(count > 20, "there are vectors");
        for (uint256 i = 0; i < count; ++i) {
            bytes32 digest = _word(_at(".signatures", i, ".digest"));
            bool accepted = MeterSignature.isSignedByKey(
                _key(_at(".signatures", i, "")), digest, _signature(_at(".signatures", i, ".signature"))
            );
            check(accepted == VM.parseJsonBool(json, _at(".signatures", i, ".accepted")), "accepted");
        }
    }

    function test_keyIds() public view {
        for (uint256 i = 0; i < _length(".meters"); ++i) {
            MeterSignature.PublicKey memory key = _key(_at(".meters", i, ""));
            check(MeterSignature.isPublicKey(key), "on the curve");
            checkEqual(MeterSignature.keyId(key), _word(_at(".meters", i, ".keyId")), "key id");
        }
    }

    function test_leaves() public view {
        for (uint256 slot = 0; slot < 2; ++slot) {
            string memory leaves = string.concat(_at(".slots", slot, ""), ".leaves");
            for (uint256 i = 0; i < _length(leaves); ++i) {
                _checkLeaf(_at(leaves, i, ""), _at(".meters", i, ""));
            }
        }
    }

    function _checkLeaf(string memory path, string memory meter) private view {
        Leaf memory leaf = _leaf(path);
        bytes32 readingHash = Messages.hashReading(leaf.reading);
        checkEqual(readingHash, _word(string.concat(path, ".readingHash")), "reading hash");
        bytes32 digest = MessageHashUtils.toTypedDataHash(separator, readingHash);
        checkEqual(digest, _word(string.concat(path, ".digest")), "digest");
        Node memory node = Messages.toNode(leaf, ledger);
        checkEqual(node.hash, _word(string.concat(path, ".node.hash")), "leaf hash");
        check(SumTree.equal(node, _node(string.concat(path, ".node"))), "leaf's node");
        check(MeterSignature.isSignedByKey(_key(meter), digest, leaf.signature), "signature");
        check(LeafRules.startsSoundly(leaf.reading), "start");
    }

    function test_readingsContinueEachOther() public view {
        for (uint256 i = 0; i < _length(".slots[0].leaves"); ++i) {
            Leaf memory first = _leaf(_at(".slots[0].leaves", i, ""));
            Leaf memory second = _leaf(_at(".slots[1].leaves", i, ""));
            checkEqual(second.reading.previous, Messages.hashReading(first.reading), "previous");
            check(LeafRules.continues(second.reading, first.reading), "registers");
        }
    }

    function test_renewableEnergyAccount() public view {
        for (uint256 i = 0; i < _length(".renewableEnergyAccount"); ++i) {
            Leaf memory first = _leaf(_at(".slots[0].leaves", i, ""));
            Leaf memory second = _leaf(_at(".slots[1].leaves", i, ""));
            Reading memory nothing;
            string memory path = _at(".renewableEnergyAccount", i, "");
            _checkGained(first.reading, second.reading, 6, string.concat(path, ".feedIn"));
            _checkGained(first.reading, second.reading, 7, string.concat(path, ".generation"));
            _checkGained(nothing, first.reading, 6, string.concat(path, ".firstFeedIn"));
            _checkGained(nothing, first.reading, 7, string.concat(path, ".firstGeneration"));
        }
    }

    function _checkGained(Reading memory a, Reading memory b, uint256 register, string memory path) private view {
        BN254.Point memory gained = BN254.add(Messages.point(b, register), BN254.negate(Messages.point(a, register)));
        uint256 value = VM.parseJsonUint(json, string.concat(path, ".value"));
        check(BN254.equal(BN254.commit(value, uint256(_word(string.concat(path, ".blinding")))), gained), "gained");
    }

    function test_statements() public view {
        _checkStatement(".slots[0].statement");
        _checkStatement(".slots[1].statement");
        for (uint256 i = 0; i < 4; ++i) {
            _checkStatement(_at(".trees", i, ".statement"));
        }
    }

    function _checkStatement(string memory path) private view {
        Statement memory statement = _statement(path);
        bytes32 statementHash = Messages.hashStatement(statement);
        checkEqual(statementHash, _word(string.concat(path, ".statementHash")), "statement hash");
        bytes32 digest = MessageHashUtils.toTypedDataHash(separator, statementHash);
        checkEqual(digest, _word(string.concat(path, ".digest")), "digest");
        address operator = VM.parseJsonAddress(json, ".operator.address");
        Signature memory signature = _signature(string.concat(path, ".operatorSignature"));
        check(MeterSignature.isSignedByAccount(operator, digest, signature), "operator's signature");
        Published memory published = Published(
            statement,
            uint64(VM.parseJsonUint(json, string.concat(path, ".publishedAt"))),
            uint64(VM.parseJsonUint(json, string.concat(path, ".publishedBlock")))
        );
        checkEqual(this.hashRecord(published), _word(string.concat(path, ".recordHash")), "record hash");
    }

    function hashRecord(Published calldata published) external pure returns (bytes32) {
        return Messages.hashRecord(published);
    }

    function test_trees() public view {
        _checkTree(".slots[0]");
        _checkTree(".slots[1]");
        for (uint256 i = 0; i < 4; ++i) {
            _checkTree(_at(".trees", i, ""));
        }
    }

    function _checkTree(string memory path) private view {
        Statement memory statement = _statement(string.concat(path, ".statement"));
        checkEqual(SumTree.height(statement.count), VM.parseJsonUint(json, string.concat(path, ".height")), "height");
        for (uint256 i = 0; i < 2 ** SumTree.height(statement.count); ++i) {
            Node memory leaf = _node(_at(string.concat(path, ".levels[0]"), i, ""));
            Node[] memory siblings =
                abi.decode(VM.parseJsonBytes(json, _at(string.concat(path, ".siblings"), i, "")), (Node[]));
            Step[] memory steps =
                abi.decode(VM.parseJsonBytes(json, _at(string.concat(path, ".descents"), i, "")), (Step[]));
            this.requireIncluded(statement, leaf, i, siblings);
            check(SumTree.equal(this.descend(statement, i, steps), leaf), "descent");
        }
    }

    function requireIncluded(Statement calldata statement, Node calldata leaf, uint256 index, Node[] calldata siblings)
        external
        view
    {
        SumTree.requireIncluded(statement, leaf, index, siblings);
    }

    function descend(Statement calldata statement, uint256 index, Step[] calldata steps)
        external
        pure
        returns (Node memory)
    {
        return SumTree.descend(statement, 0, index, steps);
    }

    function test_sealedOpenings() public view {
        for (uint256 i = 0; i < 2; ++i) {
            string memory path = _at(".sealed", i, "");
            Leaf memory leaf = _leaf(_at(".slots[0].leaves", VM.parseJsonUint(json, string.concat(path, ".leaf")), ""));
            SealedOpenings memory openings =
                abi.decode(VM.parseJsonBytes(json, string.concat(path, ".encoded")), (SealedOpenings));
            checkEqual(Messages.hashSealed(openings), _word(string.concat(path, ".sealedHash")), "sealed hash");
            BN254.Point memory shared = _point(string.concat(path, ".shared"));
            SealedOpening.Disclosure memory disclosure = SealedOpening.Disclosure(
                [shared.x, shared.y],
                uint256(_word(string.concat(path, ".challenge"))),
                uint256(_word(string.concat(path, ".response")))
            );
            bytes32 readingHash = Messages.hashReading(leaf.reading);
            check(SealedOpening.isGenuine(ledger, readingHash, openings, disclosure), "genuine");
            check(SealedOpening.opens(leaf.reading, readingHash, openings, disclosure.shared), "honest");
            openings.words[2] ^= bytes32(uint256(1));
            check(!SealedOpening.opens(leaf.reading, readingHash, openings, disclosure.shared), "false");
            disclosure.shared[1] = BN254.FIELD - disclosure.shared[1];
            check(!SealedOpening.isGenuine(ledger, readingHash, openings, disclosure), "forged");
        }
    }

    function test_rangeProof() public view {
        Leaf memory leaf = _leaf(_at(".slots[0].leaves", VM.parseJsonUint(json, ".rangeProof.leaf"), ""));
        uint256 register = VM.parseJsonUint(json, ".rangeProof.register");
        RangeProof.Claim memory claim = RangeProof.Claim(
            ledger, Messages.hashReading(leaf.reading), register, Messages.point(leaf.reading, register)
        );
        uint256[6][32] memory proof = abi.decode(VM.parseJsonBytes(json, ".rangeProof.encoded"), (uint256[6][32]));
        check(RangeProof.verify(claim, proof), "holds");
        claim.register = (register + 1) % 5;
        check(!RangeProof.verify(claim, proof), "is bound to its register");
        claim.register = register;
        claim.commitment = BN254.add(claim.commitment, BN254.generator());
        check(!RangeProof.verify(claim, proof), "is bound to its commitment");
    }

    function _leaf(string memory path) private view returns (Leaf memory) {
        return abi.decode(VM.parseJsonBytes(json, string.concat(path, ".encoded")), (Leaf));
    }

    function _statement(string memory path) private view returns (Statement memory) {
        return abi.decode(VM.parseJsonBytes(json, string.concat(path, ".encoded")), (Statement));
    }

    function _node(string memory path) private view returns (Node memory node) {
        node.hash = _word(string.concat(path, ".hash"));
        uint256[] memory sums = VM.parseJsonUintArray(json, string.concat(path, ".sums"));
        node.sums = [sums[0], sums[1], sums[2], sums[3]];
        node.withdrawalOwners = uint32(VM.parseJsonUint(json, string.concat(path, ".withdrawalOwners")));
        node.feedInOwners = uint32(VM.parseJsonUint(json, string.concat(path, ".feedInOwners")));
    }

    function _key(string memory path) private view returns (MeterSignature.PublicKey memory) {
        return MeterSignature.PublicKey(
            uint8(VM.parseJsonUint(json, string.concat(path, ".scheme"))),
            uint256(_word(string.concat(path, ".x"))),
            uint256(_word(string.concat(path, ".y")))
        );
    }

    function _signature(string memory path) private view returns (Signature memory) {
        return Signature(
            _word(string.concat(path, ".r")),
            _word(string.concat(path, ".s")),
            uint8(VM.parseJsonUint(json, string.concat(path, ".v")))
        );
    }

    function _point(string memory path) private view returns (BN254.Point memory) {
        uint256[] memory words = VM.parseJsonUintArray(json, path);
        return BN254.Point(words[0], words[1]);
    }

    function _word(string memory path) private view returns (bytes32) {
        return VM.parseJsonBytes32(json, path);
    }

    function _at(string memory path, uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(path, "[", VM.toString(index), "]", rest);
    }

    function _length(string memory path) private view returns (uint256 length) {
        while (VM.keyExistsJson(json, _at(path, length, ""))) ++length;
    }
}
