// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";

/// @title Granular certificates of renewable energy: one kind for each claim, one unit for each Wh.
/// @notice A certificate tells plant, period, storage flag, issuer and time of issue (the fields of EnergyTag's scheme). It
/// can be transferred, and redeemed once: redeemed energy stays with the one who redeemed it, for good.
contract Certificates is ERC1155, ERC2771Context {
    /// @notice What a kind of certificate certifies; times in unix seconds, the period is [from, to).
    struct Certificate {
        bytes32 meter;
        address household;
        uint64 from;
        uint64 to;
        uint64 issuedAt;
        uint64 commissionedAt;
        uint32 plantPowerWatts;
        uint8 source;
        bool withStorage;
    }

    error NotTheIssuer(address sender);
    error AlreadyIssued(uint256 id);
    error NothingToRedeem();
    error NotAllowed(address sender, address owner);

    event CertificatesIssued(uint256 indexed id, Certificate certificate, uint256 wattHours);
    /// @notice `beneficiary` is whose consumption the energy is for, `purpose` a text for the report.
    event CertificatesRedeemed(
        uint256 indexed id, address indexed owner, address indexed beneficiary, uint256 wattHours, string purpose
    );

    /// @notice The renewable-energy account, which alone issues.
    address public immutable issuer;

    /// @notice The Wh of a kind that are redeemed already.
    mapping(uint256 id => uint256) public redeemed;
    /// @notice The Wh of a kind that were redeemed for a beneficiary.
    mapping(uint256 id => mapping(address beneficiary => uint256)) public redeemedFor;
    /// @notice The Wh of a kind that were ever issued.
    mapping(uint256 id => uint256) public issued;

    mapping(uint256 id => Certificate) private _certificates;

    /// @param forwarder Takes signed requests of owners that have no gas (ERC-2771).
    constructor(address forwarder) ERC1155("") ERC2771Context(forwarder) {
        issuer = msg.sender;
    }

    /// @notice Issues the certificates of a claim to its household. Only the renewable-energy account.
    function issue(Certificate calldata certificate, uint256 wattHours) external returns (uint256 id) {
        require(msg.sender == issuer, NotTheIssuer(msg.sender));
        id = idOf(certificate.meter, certificate.from, certificate.to);
        require(issued[id] == 0, AlreadyIssued(id));
        (issued[id], _certificates[id]) = (wattHours, certificate);
        emit CertificatesIssued(id, certificate, wattHours);
        _mint(certificate.household, id, wattHours, "");
    }

    /// @notice Redeems certificates for a beneficiary: they exist no longer. Only their owner or whom it has approved.
    function redeem(address owner, uint256 id, uint256 wattHours, address beneficiary, string calldata purpose)
        external
    {
        require(owner == _msgSender() || isApprovedForAll(owner, _msgSender()), NotAllowed(_msgSender(), owner));
        require(wattHours != 0, NothingToRedeem());
        redeemed[id] += wattHours;
        redeemedFor[id][beneficiary] += wattHours;
        emit CertificatesRedeemed(id, owner, beneficiary, wattHours, purpose);
        _burn(owner, id, wattHours);
    }

    /// @notice What a kind of certificate certifies; zeros for an unknown one.
    function certificateOf(uint256 id) external view returns (Certificate memory) {
        return _certificates[id];
    }

    /// @notice The kind of certificate of a meter and period.
    function idOf(bytes32 meter, uint64 from, uint64 to) public view returns (uint256) {
        return uint256(keccak256(abi.encode(issuer, meter, from, to)));
    }

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
