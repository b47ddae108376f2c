// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Challenges} from "../src/Challenges.sol";
import {CommunityRegistry} from "../src/CommunityRegistry.sol";
import {Demands} from "../src/Demands.sol";
import {DemoCurrency} from "../src/DemoCurrency.sol";
import {DirectInclusion} from "../src/DirectInclusion.sol";
import {
    Anchor,
    Finding,
    Inclusion,
    InclusionProof,
    Leaf,
    Opening,
    Published,
    Reading,
    SealedOpenings,
    Signature,
    Statement
} from "../src/LedgerTypes.sol";
import {MeterLedger} from "../src/MeterLedger.sol";
import {Netting} from "../src/Netting.sol";
import {RenewableEnergyAccount} from "../src/RenewableEnergyAccount.sol";
import {Statements} from "../src/ledger/Statements.sol";
import {BN254} from "../src/libraries/BN254.sol";
import {Messages} from "../src/libraries/Messages.sol";
import {MeterSignature} from "../src/libraries/MeterSignature.sol";
import {SealedOpening} from "../src/libraries/SealedOpening.sol";
import {Trees} from "./Trees.sol";
import {Checks} from "./Vm.sol";

/// @dev A deployed community: five households with a meter and a plant each, the first with a second meter that has no
/// plant. Every second meter signs with P-256. Readings follow each other, and what they commit to is known.
abstract contract Community is Checks {
    using Trees for Trees.Tree;

    struct Device {
        bytes32 id;
        address household;
        uint256 privateKey;
        MeterSignature.PublicKey key;
    }

    uint64 internal constant SLOT_SECONDS = 900;
    uint64 internal constant CHANGE_DELAY = 7 days;
    uint64 internal constant FIRST_SLOT = 1_988_400;
    uint256 internal constant BOND = 1_000e6;
    uint256 internal constant SLASH = 400e6;
    uint256 internal constant DEMAND_BOND = 10e6;
    uint256 internal constant DEPOSIT = 5e6;
    uint32 internal constant MINIMUM_OWNERS = 3;
    uint256 internal constant METERS = 6;
    uint64 internal constant AUTHORITY_ROLE = 1;
    uint256 internal constant OPERATOR_KEY = uint256(keccak256("operator"));
    uint256 internal constant SEALING_SCALAR = uint256(keccak256("sealing key")) % BN254.ORDER;

    address internal immutable admin = address(this);
    address internal immutable authority = VM.addr(uint256(keccak256("authority")));
    address internal immutable operator = VM.addr(OPERATOR_KEY);
    address internal immutable pool = VM.addr(uint256(keccak256("pool")));
    address internal immutable stranger = VM.addr(uint256(keccak256("stranger")));

    AccessManager internal manager;
    CommunityRegistry internal registry;
    DemoCurrency internal currency;
    ERC2771Forwarder internal forwarder;
    MeterLedger internal ledger;
    Challenges internal challenges;
    Demands internal demands;
    DirectInclusion internal directInclusion;
    Netting internal netting;
    RenewableEnergyAccount internal account;
    Device[METERS] internal devices;

    /// @dev The slot that the tests are about; it is over when the set-up is.
    uint64 internal slot = FIRST_SLOT + 2;

    function setUp() public virtual {
        VM.chainId(31337);
        VM.warp(uint256(FIRST_SLOT) * SLOT_SECONDS);
        VM.roll(1_000_000);
        _deploy();
        _admit();
        _fund(operator, 10 * BOND);
        VM.prank(operator);
        ledger.lockBond(BOND);
        VM.warp((uint256(slot) + 1) * SLOT_SECONDS);
    }

    function parameters() internal pure returns (Statements.Parameters memory) {
        return Statements.Parameters({
            publishSeconds: 900,
            publishLimitSeconds: 604_800,
            challengeSeconds: 3600,
            challengeBlocks: 240,
            answerSeconds: 1800,
            answerBlocks: 120,
            replaceSeconds: 3600,
            replaceBlocks: 240,
            bondReleaseSeconds: 30 days,
            bondAmount: BOND,
            slashAmount: SLASH
        });
    }

    function _deploy() internal {
        manager = new AccessManager(admin);
        registry = new CommunityRegistry(address(manager), SLOT_SECONDS, CHANGE_DELAY);
        currency = new DemoCurrency();
        forwarder = new ERC2771Forwarder("DEMS");
        uint256 nonce = VM.getNonce(address(this));
        MeterLedger.Parts memory parts = MeterLedger.Parts({
            challenges: VM.computeCreateAddress(address(this), nonce + 1),
            demands: VM.computeCreateAddress(address(this), nonce + 2),
            directInclusion: VM.computeCreateAddress(address(this), nonce + 3)
        });
        ledger = new MeterLedger(registry, currency, pool, address(forwarder), parts, parameters());
        challenges = new Challenges(ledger);
        demands = new Demands(ledger, DEMAND_BOND, 28_800);
        directInclusion = new DirectInclusion(ledger, DEPOSIT);
        netting = new Netting(ledger, 86_400, 5760, MINIMUM_OWNERS);
        account = new RenewableEnergyAccount(ledger, 0);
        _grant();
    }

    function _grant() private {
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = CommunityRegistry.admit.selector;
        selectors[1] = CommunityRegistry.dismiss.selector;
        selectors[2] = CommunityRegistry.registerMeter.selector;
        selectors[3] = CommunityRegistry.setPlant.selector;
        selectors[4] = CommunityRegistry.setZone.selector;
        selectors[5] = CommunityRegistry.changeKey.selector;
        selectors[6] = CommunityRegistry.changeHousehold.selector;
        selectors[7] = CommunityRegistry.appointOperator.selector;
        selectors[8] = CommunityRegistry.askRelief.selector;
        manager.setTargetFunctionRole(address(registry), selectors, AUTHORITY_ROLE);
        manager.grantRole(AUTHORITY_ROLE, authority, 0);
    }

    function _admit() private {
        VM.startPrank(authority);
        registry.appointOperator(operator, _sealingKey(), FIRST_SLOT + 1);
        for (uint256 i = 0; i < METERS; ++i) {
            Device memory device = _device(i);
            devices[i] = device;
            if (i < METERS - 1) registry.admit(device.household);
            registry.registerMeter(device.id, device.household, device.key, "zone", FIRST_SLOT + 1);
            if (i == METERS - 1) continue;
            CommunityRegistry.Plant memory plant =
                CommunityRegistry.Plant(8000, i == 0 ? 5000 : 0, 1_700_000_000, CommunityRegistry.Source.Solar);
            registry.setPlant(device.id, plant, "SEE984033548619", FIRST_SLOT + 1);
        }
        VM.stopPrank();
    }

    /// @dev The last meter is the second of the first household.
    function _device(uint256 i) internal returns (Device memory device) {
        device.id = bytes32(uint256(100 + i));
        device.household = VM.addr(_householdKey(i));
        device.privateKey = uint256(keccak256(abi.encode("meter", i))) >> 1;
        device.key = i % 2 == 1 ? _p256Key(device.privateKey) : _secp256k1Key(device.privateKey);
    }

    function _householdKey(uint256 i) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("household", i == METERS - 1 ? 0 : i)));
    }

    function _p256Key(uint256 privateKey) internal pure returns (MeterSignature.PublicKey memory key) {
        key.scheme = 2;
        (key.x, key.y) = VM.publicKeyP256(privateKey);
    }

    function _secp256k1Key(uint256 privateKey) internal returns (MeterSignature.PublicKey memory) {
        return
            MeterSignature.PublicKey(1, VM.createWallet(privateKey).publicKeyX, VM.createWallet(privateKey).publicKeyY);
    }

    function _sealingKey() internal view returns (uint256[2] memory) {
        BN254.Point memory point = BN254.multiply(BN254.generator(), SEALING_SCALAR);
        return [point.x, point.y];
    }

    function _fund(address someone, uint256 amount) internal {
        currency.mint(someone, amount);
        VM.startPrank(someone);
        currency.approve(address(ledger), amount);
        ledger.deposit(amount);
        VM.stopPrank();
    }

    // What meters measure and sign

    function _energy(uint256 device, uint256 register) internal pure virtual returns (uint256) {
        if (register == 2 || register == 3 || register == 4) {
            if (device == METERS - 1) return 0;
            return register == 2 ? device : register == 3 ? 50 * device + 10 : 60 * device + 8;
        }
        return register == 0 ? 3 * device : 100 * device + 7;
    }

    function _blinding(uint256 device, uint64 inSlot, uint256 register) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("blinding", device, inSlot, register))) % BN254.ORDER;
    }

    function _commitment(uint256 device, uint64 inSlot, uint256 register) internal view returns (BN254.Point memory) {
        return BN254.commit(_energy(device, register), _blinding(device, inSlot, register));
    }

    /// @dev A device's reading; `previous.meter == 0` for its first.
    function _read(uint256 device, uint64 inSlot, Reading memory previous)
        internal
        view
        returns (Reading memory reading)
    {
        reading.meter = devices[device].id;
        reading.key = MeterSignature.keyId(devices[device].key);
        reading.slot = inSlot;
        if (previous.meter != 0) {
            reading.previousSlot = previous.slot;
            reading.previous = Messages.hashReading(previous);
        }
        for (uint256 register = 0; register < 5; ++register) {
            _setPoint(reading, register, _commitment(device, inSlot, register));
        }
        for (uint256 register = 5; register < 8; ++register) {
            BN254.Point memory before = Messages.point(previous, register);
            _setPoint(reading, register, BN254.add(before, Messages.increment(reading, register)));
        }
    }

    function _first(uint256 device, uint64 inSlot) internal view returns (Reading memory) {
        Reading memory nothing;
        return _read(device, inSlot, nothing);
    }

    function _setPoint(Reading memory reading, uint256 number, BN254.Point memory point) internal pure {
        (reading.points[2 * number], reading.points[2 * number + 1]) = (point.x, point.y);
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(ledger.domainSeparator(), structHash);
    }

    function _signByMeter(uint256 device, Reading memory reading) internal view returns (Signature memory) {
        return _signBy(devices[device], _digest(Messages.hashReading(reading)));
    }

    function _signBy(Device memory device, bytes32 digest) internal pure returns (Signature memory) {
        if (device.key.scheme == 1) return _signByAccount(device.privateKey, digest);
        (bytes32 r, bytes32 s) = VM.signP256(device.privateKey, digest);
        uint256 order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
        return Signature(r, uint256(s) > order / 2 ? bytes32(order - uint256(s)) : s, 0);
    }

    function _signByAccount(uint256 privateKey, bytes32 digest) internal pure returns (Signature memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(privateKey, digest);
        return Signature(r, s, v);
    }

    function _leaf(uint256 device, Reading memory reading, uint8 owners) internal view returns (Leaf memory) {
        return Leaf(reading, owners, _signByMeter(device, reading));
    }

    /// @dev The owners that the operator counts at a device's leaf.
    function _owners(uint256 device) internal pure returns (uint8) {
        return device == METERS - 1 ? 0 : 3;
    }

    /// @dev True leaves of a slot, of the first `count` devices; each the first reading of its meter.
    function _leaves(uint64 inSlot, uint256 count) internal view returns (Leaf[] memory leaves) {
        leaves = new Leaf[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = _leaf(i, _first(i, inSlot), _owners(i));
        }
    }

    /// @dev True leaves of the slot after `before`, of the same devices.
    function _nextLeaves(Leaf[] memory before, uint64 inSlot) internal view returns (Leaf[] memory leaves) {
        leaves = new Leaf[](before.length);
        for (uint256 i = 0; i < before.length; ++i) {
            leaves[i] = _leaf(i, _read(i, inSlot, before[i].reading), _owners(i));
        }
    }

    function _tree(uint64 inSlot) internal view returns (Trees.Tree memory) {
        return Trees.build(_leaves(inSlot, METERS), address(ledger));
    }

    // What the operator does

    function _publish(Trees.Tree memory tree, uint64 inSlot) internal returns (Published memory) {
        return _publish(tree.statement(inSlot, ledger.attemptOf(inSlot)));
    }

    function _publish(Statement memory statement) internal returns (Published memory) {
        VM.prank(operator);
        ledger.publish(statement);
        return Published(statement, uint64(block.timestamp), uint64(block.number));
    }

    /// @dev Lets so much time and so many blocks pass.
    function _pass(uint256 passSeconds, uint256 passBlocks) internal {
        VM.warp(block.timestamp + passSeconds);
        VM.roll(block.number + passBlocks);
    }

    function _finalize() internal {
        _pass(3600, 240);
    }

    /// @dev The opening of a side's sum over the first `count` devices.
    function _sumOpening(uint64 inSlot, uint256 register, uint256 count)
        internal
        pure
        returns (Opening memory opening)
    {
        for (uint256 i = 0; i < count; ++i) {
            opening.value += _energy(i, register);
            opening.blinding = addmod(opening.blinding, _blinding(i, inSlot, register), BN254.ORDER);
        }
    }

    function _open(Published memory published) internal {
        uint64 inSlot = published.statement.slot;
        netting.open(published, _sumOpening(inSlot, 1, METERS), _sumOpening(inSlot, 3, METERS));
    }

    // Direct inclusion

    function _seal(uint256 device, Reading memory reading) internal view returns (SealedOpenings memory openings) {
        uint256 e = uint256(keccak256(abi.encode("ephemeral", device, reading.slot))) % BN254.ORDER;
        BN254.Point memory ephemeral = BN254.multiply(BN254.generator(), e);
        openings.operatorKey = _sealingKey();
        openings.ephemeral = [ephemeral.x, ephemeral.y];
        uint256[2] memory shared = _shared(openings);
        bytes32 readingHash = Messages.hashReading(reading);
        for (uint256 j = 0; j < 10; ++j) {
            uint256 word = j < 5 ? _energy(device, j) : _blinding(device, reading.slot, j - 5);
            bytes32 pad = keccak256(abi.encode(keccak256("DEMS pad v1"), shared, readingHash, j));
            openings.words[j] = bytes32(word) ^ pad;
        }
    }

    function _shared(SealedOpenings memory openings) internal view returns (uint256[2] memory) {
        BN254.Point memory ephemeral = BN254.Point(openings.ephemeral[0], openings.ephemeral[1]);
        BN254.Point memory shared = BN254.multiply(ephemeral, SEALING_SCALAR);
        return [shared.x, shared.y];
    }

    function _disclose(Reading memory reading, SealedOpenings memory openings)
        internal
        view
        returns (SealedOpening.Disclosure memory disclosure)
    {
        uint256 t = uint256(keccak256("nonce")) % BN254.ORDER;
        BN254.Point memory ephemeral = BN254.Point(openings.ephemeral[0], openings.ephemeral[1]);
        disclosure.shared = _shared(openings);
        bytes memory announced = abi.encode(BN254.multiply(BN254.generator(), t), BN254.multiply(ephemeral, t));
        bytes memory stated = abi.encode(
            keccak256("DEMS equality v1"),
            block.chainid,
            address(ledger),
            Messages.hashReading(reading),
            openings.operatorKey,
            openings.ephemeral,
            disclosure.shared
        );
        disclosure.challenge = uint256(keccak256(bytes.concat(stated, announced))) % BN254.ORDER;
        disclosure.response = addmod(t, mulmod(disclosure.challenge, SEALING_SCALAR, BN254.ORDER), BN254.ORDER);
    }

    function _include(uint256 device, Reading memory reading, Published memory current)
        internal
        returns (Inclusion memory)
    {
        Signature memory signature = _signByMeter(device, reading);
        SealedOpenings memory openings = _seal(device, reading);
        VM.prank(devices[device].household);
        directInclusion.include(reading, signature, openings, current);
        return Inclusion(Messages.hashSealed(openings), uint64(block.timestamp), uint64(block.number));
    }

    function _inclusions(uint64 inSlot) internal view returns (uint256 count) {
        (,,,,, count,) = ledger.disputes(inSlot);
    }

    function _nothing() internal pure returns (Published memory published) {}

    function _anchor(Trees.Tree memory tree, uint256 index, Published memory published)
        internal
        pure
        returns (Anchor memory anchor)
    {
        anchor.published = published;
        anchor.leaf = tree.leaves[index];
        anchor.proof = tree.prove(index);
    }

    function _expect(bytes4 selector) internal {
        VM.expectPartialRevert(selector);
    }
}
