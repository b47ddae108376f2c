// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {DirectInclusion} from "../src/DirectInclusion.sol";
import {Published, Reading, SealedOpenings, Signature} from "../src/LedgerTypes.sol";
import {Community} from "./Community.sol";
import {Trees} from "./Trees.sol";

/// @dev A household without gas acts through the forwarder, and nobody else in its name.
contract ForwardingTest is Community {
    using Trees for Trees.Tree;

    bytes32 private constant REQUEST_TYPEHASH = keccak256(
        "ForwardRequest(address from,address to,uint256 value,uint256 gas,uint256 nonce,uint48 deadline,bytes data)"
    );

    function _request(uint256 privateKey, address to, bytes memory data)
        private
        view
        returns (ERC2771Forwarder.ForwardRequestData memory request)
    {
        request = ERC2771Forwarder.ForwardRequestData({
            from: VM.addr(privateKey),
            to: to,
            value: 0,
            gas: 2_000_000,
            deadline: uint48(block.timestamp + 1),
            data: data,
            signature: ""
        });
        bytes32 structHash = keccak256(
            abi.encode(
                REQUEST_TYPEHASH,
                request.from,
                to,
                request.value,
                request.gas,
                forwarder.nonces(request.from),
                request.deadline,
                keccak256(data)
            )
        );
        (, string memory name, string memory version, uint256 chainId, address verifier,,) = forwarder.eip712Domain();
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                chainId,
                verifier
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(privateKey, MessageHashUtils.toTypedDataHash(separator, structHash));
        request.signature = abi.encodePacked(r, s, v);
    }

    function test_include_throughTheForwarder() public {
        Published memory published = _publish(Trees.build(_leaves(slot, 4), address(ledger)), slot);
        _fund(devices[4].household, DEPOSIT);
        Reading memory reading = _first(4, slot);
        bytes memory data =
            abi.encodeCall(DirectInclusion.include, (reading, _signByMeter(4, reading), _seal(4, reading), published));
        VM.prank(stranger);
        forwarder.execute(_request(_householdKey(4), address(directInclusion), data));
        checkEqual(_inclusions(slot), 1, "included");
        checkEqual(ledger.balanceOf(devices[4].household), 0, "the household's deposit");
    }

    function test_include_notInAnothersName() public {
        Published memory published = _publish(Trees.build(_leaves(slot, 4), address(ledger)), slot);
        _fund(devices[4].household, DEPOSIT);
        Reading memory reading = _first(4, slot);
        Signature memory signature = _signByMeter(4, reading);
        SealedOpenings memory openings = _seal(4, reading);
        bytes memory data = abi.encodeCall(DirectInclusion.include, (reading, signature, openings, published));
        (bool success,) = address(directInclusion).call(abi.encodePacked(data, devices[4].household));
        check(!success, "an address behind the data is nobody's word");
        ERC2771Forwarder.ForwardRequestData memory request = _request(_householdKey(3), address(directInclusion), data);
        request.from = devices[4].household;
        VM.expectRevert();
        forwarder.execute(request);
    }

    function test_everythingElseThroughTheForwarder() public {
        address household = devices[2].household;
        _fund(household, 10);
        forwarder.execute(_request(_householdKey(2), address(ledger), abi.encodeCall(ledger.withdraw, (10, household))));
        checkEqual(currency.balanceOf(household), 10, "withdrawn");
        bytes memory approve = abi.encodeCall(account.certificates().setApprovalForAll, (stranger, true));
        forwarder.execute(_request(_householdKey(2), address(account.certificates()), approve));
        check(account.certificates().isApprovedForAll(household, stranger), "approved");
    }
}
