// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {CommunityRegistry} from "../src/CommunityRegistry.sol";
import {Signature} from "../src/LedgerTypes.sol";
import {History} from "../src/libraries/History.sol";
import {MeterSignature} from "../src/libraries/MeterSignature.sol";
import {Community} from "./Community.sol";

/// @dev Who is allowed in, by slot; the past never changes; what is a household's needs its signature or time.
contract CommunityRegistryTest is Community {
    Signature private none;

    function _next() private view returns (uint64) {
        return registry.currentSlot() + 1;
    }

    function _afterDelay() private view returns (uint64) {
        return uint64((block.timestamp + CHANGE_DELAY) / SLOT_SECONDS + 1);
    }

    function _newKey() private returns (MeterSignature.PublicKey memory) {
        return _secp256k1Key(uint256(keccak256("new key")));
    }

    function _meter() private view returns (bytes32) {
        return devices[1].id;
    }

    function _consentToKey(uint256 privateKey, MeterSignature.PublicKey memory key, uint64 from)
        private
        view
        returns (Signature memory)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                registry.KEY_CHANGE_TYPEHASH(), _meter(), MeterSignature.keyId(key), from, registry.nonces(_meter())
            )
        );
        return _consent(privateKey, structHash);
    }

    function _consentToHousehold(uint256 privateKey, address household, uint64 from)
        private
        view
        returns (Signature memory)
    {
        bytes32 structHash = keccak256(
            abi.encode(registry.HOUSEHOLD_CHANGE_TYPEHASH(), _meter(), household, from, registry.nonces(_meter()))
        );
        return _consent(privateKey, structHash);
    }

    function _consent(uint256 privateKey, bytes32 structHash) private view returns (Signature memory) {
        return _signByAccount(privateKey, MessageHashUtils.toTypedDataHash(registry.domainSeparator(), structHash));
    }

    // What is registered

    function test_meterAt_holdsFromItsSlotOn() public view {
        CommunityRegistry.MeterAtSlot memory state = registry.meterAt(_meter(), FIRST_SLOT);
        checkEqual(state.household, address(0), "nobody's before");
        checkEqual(state.keyId, 0, "no key before");
        state = registry.meterAt(_meter(), slot);
        checkEqual(state.household, devices[1].household, "household");
        checkEqual(state.householdSince, FIRST_SLOT + 1, "since");
        checkEqual(state.keyId, MeterSignature.keyId(devices[1].key), "key id");
        checkEqual(state.key.x, devices[1].key.x, "key");
        checkEqual(state.plantPowerWatts, 8000, "plant");
        checkEqual(registry.zoneAt(_meter(), slot), "zone", "zone");
        checkEqual(registry.publicKey(state.keyId).y, devices[1].key.y, "key by id");
        checkEqual(registry.meterOfKey(state.keyId), _meter(), "meter by key");
    }

    function test_plantAt_unpacks(uint32 power, uint32 storageWattHours, uint64 commissionedAt, uint8 source) public {
        CommunityRegistry.Source kind = CommunityRegistry.Source(1 + source % 5);
        CommunityRegistry.Plant memory plant =
            CommunityRegistry.Plant(uint32(within(power, 1, type(uint32).max)), storageWattHours, commissionedAt, kind);
        uint64 from = _next();
        VM.prank(authority);
        registry.setPlant(_meter(), plant, "SEE984033548619", from);
        (CommunityRegistry.Plant memory found, uint64 since) = registry.plantAt(_meter(), from);
        checkEqual(keccak256(abi.encode(found)), keccak256(abi.encode(plant)), "plant");
        checkEqual(since, from, "since");
        (found, since) = registry.plantAt(_meter(), from - 1);
        checkEqual(found.powerWatts, 8000, "the past stays");
    }

    function test_setPlant_refusesContradictions() public {
        CommunityRegistry.Plant memory plant = CommunityRegistry.Plant(0, 0, 0, CommunityRegistry.Source.Solar);
        uint64 from = _next();
        _expect(CommunityRegistry.NotAPlant.selector);
        VM.prank(authority);
        registry.setPlant(_meter(), plant, "", from);
        plant = CommunityRegistry.Plant(1, 0, 0, CommunityRegistry.Source.None);
        _expect(CommunityRegistry.NotAPlant.selector);
        VM.prank(authority);
        registry.setPlant(_meter(), plant, "", from);
    }

    function test_registerMeter_onlyOnceAnId() public {
        MeterSignature.PublicKey memory key = _newKey();
        uint64 from = _next();
        _expect(CommunityRegistry.MeterIdTaken.selector);
        VM.prank(authority);
        registry.registerMeter(_meter(), devices[2].household, key, "zone", from);
        _expect(CommunityRegistry.MeterIdTaken.selector);
        VM.prank(authority);
        registry.registerMeter(0, devices[2].household, key, "zone", from);
    }

    function test_registerMeter_onlyForMembers() public {
        MeterSignature.PublicKey memory key = _newKey();
        uint64 from = _next();
        _expect(CommunityRegistry.WrongMembership.selector);
        VM.prank(authority);
        registry.registerMeter("new", stranger, key, "zone", from);
        VM.prank(authority);
        registry.dismiss(devices[2].household);
        _expect(CommunityRegistry.WrongMembership.selector);
        VM.prank(authority);
        registry.registerMeter("new", devices[2].household, key, "zone", from);
    }

    function test_registerMeter_onlyWithAKeyOfItsOwn() public {
        MeterSignature.PublicKey memory key = devices[3].key;
        uint64 from = _next();
        _expect(CommunityRegistry.KeyTaken.selector);
        VM.prank(authority);
        registry.registerMeter("new", devices[2].household, key, "zone", from);
    }

    function test_registerMeter_onlyWithAPublicKey(uint8 scheme, uint256 x, uint256 y) public {
        MeterSignature.PublicKey memory key = MeterSignature.PublicKey(scheme % 4, x, y);
        uint64 from = _next();
        _expect(CommunityRegistry.NotAPublicKey.selector);
        VM.prank(authority);
        registry.registerMeter("new", devices[2].household, key, "zone", from);
    }

    function test_nothingChangesForSlotsThatHaveBegun(uint64 seed) public {
        uint64 from = uint64(within(seed, 0, registry.currentSlot()));
        MeterSignature.PublicKey memory key = _newKey();
        CommunityRegistry.Plant memory plant = CommunityRegistry.Plant(1, 0, 0, CommunityRegistry.Source.Solar);
        VM.startPrank(authority);
        _expect(History.NotInTheFuture.selector);
        registry.registerMeter("new", devices[2].household, key, "zone", from);
        _expect(History.NotInTheFuture.selector);
        registry.setPlant(_meter(), plant, "", from);
        _expect(History.NotInTheFuture.selector);
        registry.setZone(_meter(), "other", from);
        _expect(CommunityRegistry.TooSoon.selector);
        registry.changeKey(_meter(), key, from, none);
        _expect(CommunityRegistry.TooSoon.selector);
        registry.changeHousehold(_meter(), address(0), from, none);
        VM.stopPrank();
        VM.startPrank(operator);
        VM.expectRevert();
        registry.rotateSealingKey([uint256(1), 2], from);
        VM.stopPrank();
        if (from < FIRST_SLOT + 1) return;
        VM.startPrank(devices[1].household);
        _expect(History.NotInTheFuture.selector);
        registry.leaveCommunity(_meter(), from);
        VM.stopPrank();
    }

    // Changes that are the household's

    function test_changeKey_withTheHouseholdsSignatureAtOnce() public {
        MeterSignature.PublicKey memory key = _newKey();
        uint64 from = _next();
        bytes32 before = registry.meterAt(_meter(), from - 1).keyId;
        Signature memory consent = _consentToKey(_householdKey(1), key, from);
        VM.prank(authority);
        registry.changeKey(_meter(), key, from, consent);
        checkEqual(registry.meterAt(_meter(), from).keyId, MeterSignature.keyId(key), "new key");
        checkEqual(registry.meterAt(_meter(), from - 1).keyId, before, "the past stays");
        _expect(CommunityRegistry.NotSignedByHousehold.selector);
        VM.prank(authority);
        registry.changeKey(_meter(), key, from, consent);
    }

    function test_changeKey_notWithAnothersSignature() public {
        MeterSignature.PublicKey memory key = _newKey();
        uint64 from = _next();
        Signature memory consent = _consentToKey(_householdKey(2), key, from);
        _expect(CommunityRegistry.NotSignedByHousehold.selector);
        VM.prank(authority);
        registry.changeKey(_meter(), key, from, consent);
    }

    function test_changeKey_withoutSignatureOnlyAfterTheDelay() public {
        MeterSignature.PublicKey memory key = _newKey();
        uint64 from = _afterDelay();
        _expect(CommunityRegistry.TooSoon.selector);
        VM.prank(authority);
        registry.changeKey(_meter(), key, from - 1, none);
        VM.prank(authority);
        registry.changeKey(_meter(), key, from, none);
        checkEqual(registry.meterAt(_meter(), from).keyId, MeterSignature.keyId(key), "then");
        checkEqual(registry.meterAt(_meter(), from - 1).keyId, MeterSignature.keyId(devices[1].key), "not before");
    }

    function test_changeHousehold_keepsWhatIsPlannedLater() public {
        uint64 later = _afterDelay();
        VM.prank(authority);
        registry.changeHousehold(_meter(), devices[2].household, later, none);
        uint64 from = _next();
        Signature memory consent = _consentToHousehold(_householdKey(1), devices[3].household, from);
        VM.prank(authority);
        registry.changeHousehold(_meter(), devices[3].household, from, consent);
        checkEqual(registry.householdAt(_meter(), from - 1), devices[1].household, "before");
        checkEqual(registry.householdAt(_meter(), from), devices[3].household, "from");
        checkEqual(registry.householdAt(_meter(), later - 1), devices[3].household, "until");
        checkEqual(registry.householdAt(_meter(), later), devices[2].household, "later");
        consent = _consentToHousehold(_householdKey(2), address(0), later);
        VM.prank(authority);
        registry.changeHousehold(_meter(), address(0), later, consent);
        checkEqual(registry.householdAt(_meter(), later), address(0), "the same slot again replaces");
    }

    function test_changeHousehold_onlyToMembersAndOfMeters() public {
        uint64 from = _afterDelay();
        _expect(CommunityRegistry.WrongMembership.selector);
        VM.prank(authority);
        registry.changeHousehold(_meter(), stranger, from, none);
        _expect(CommunityRegistry.UnknownMeter.selector);
        VM.prank(authority);
        registry.changeHousehold("unknown", address(0), from, none);
    }

    function test_leaveCommunity_onlyTheHousehold() public {
        uint64 from = _next();
        bytes32 meter = _meter();
        address[4] memory others = [stranger, authority, operator, devices[2].household];
        for (uint256 i = 0; i < others.length; ++i) {
            _expect(CommunityRegistry.NotSignedByHousehold.selector);
            VM.prank(others[i]);
            registry.leaveCommunity(meter, from);
        }
        VM.prank(devices[1].household);
        registry.leaveCommunity(meter, from);
        checkEqual(registry.meterAt(meter, from).household, address(0), "left");
        checkEqual(registry.meterAt(meter, from - 1).household, devices[1].household, "the past stays");
    }

    function test_admit_onlyOnce() public {
        address household = devices[1].household;
        _expect(CommunityRegistry.WrongMembership.selector);
        VM.prank(authority);
        registry.admit(household);
        _expect(CommunityRegistry.WrongMembership.selector);
        VM.prank(authority);
        registry.admit(address(0));
        _expect(CommunityRegistry.WrongMembership.selector);
        VM.prank(authority);
        registry.dismiss(stranger);
    }

    // The operator

    function test_appointOperator_theNextOnlyAfterTheDelay() public {
        uint256[2] memory key = [uint256(1), 2];
        uint64 from = _afterDelay();
        _expect(CommunityRegistry.TooSoon.selector);
        VM.prank(authority);
        registry.appointOperator(stranger, key, from - 1);
        VM.prank(authority);
        registry.appointOperator(stranger, key, from);
        checkEqual(registry.operatorAt(from), stranger, "then");
        checkEqual(registry.operatorAt(from - 1), operator, "not before");
        checkEqual(registry.sealingKeyHashAt(from), keccak256(abi.encode(key)), "its key");
        checkEqual(registry.sealingKeyHashAt(from - 1), keccak256(abi.encode(_sealingKey())), "the other's key");
    }

    function test_appointOperator_withAUsableKey() public {
        uint64 from = _afterDelay();
        _expect(CommunityRegistry.NotAnOperator.selector);
        VM.prank(authority);
        registry.appointOperator(stranger, [uint256(0), 0], from);
        _expect(CommunityRegistry.NotAnOperator.selector);
        VM.prank(authority);
        registry.appointOperator(stranger, [uint256(1), 3], from);
        _expect(CommunityRegistry.NotAnOperator.selector);
        VM.prank(authority);
        registry.appointOperator(address(0), [uint256(1), 2], from);
    }

    function test_rotateSealingKey_onlyTheOperatorOfThatSlot() public {
        uint64 from = _next();
        _expect(CommunityRegistry.NotTheOperator.selector);
        VM.prank(authority);
        registry.rotateSealingKey([uint256(1), 2], from);
        VM.prank(operator);
        registry.rotateSealingKey([uint256(1), 2], from);
        checkEqual(registry.sealingKeyHashAt(from), keccak256(abi.encode(uint256(1), uint256(2))), "new");
        checkEqual(registry.sealingKeyHashAt(from - 1), keccak256(abi.encode(_sealingKey())), "old");
    }

    // Roles

    function test_roles_onlyTheAuthority() public {
        address[4] memory others = [stranger, operator, devices[0].household, admin];
        uint64 from = _afterDelay();
        CommunityRegistry.Plant memory plant = CommunityRegistry.Plant(1, 0, 0, CommunityRegistry.Source.Solar);
        MeterSignature.PublicKey memory key = _newKey();
        bytes4 why = IAccessManaged.AccessManagedUnauthorized.selector;
        for (uint256 i = 0; i < others.length; ++i) {
            VM.startPrank(others[i]);
            VM.expectPartialRevert(why);
            registry.admit(stranger);
            VM.expectPartialRevert(why);
            registry.dismiss(devices[0].household);
            VM.expectPartialRevert(why);
            registry.registerMeter("new", devices[0].household, key, "zone", from);
            VM.expectPartialRevert(why);
            registry.setPlant(_meter(), plant, "", from);
            VM.expectPartialRevert(why);
            registry.setZone(_meter(), "zone", from);
            VM.expectPartialRevert(why);
            registry.changeKey(_meter(), key, from, none);
            VM.expectPartialRevert(why);
            registry.changeHousehold(_meter(), address(0), from, none);
            VM.expectPartialRevert(why);
            registry.appointOperator(stranger, [uint256(1), 2], from);
            VM.expectPartialRevert(why);
            registry.setAuthority(stranger);
            VM.expectPartialRevert(why);
            registry.askRelief("zone", 0, from, 4200);
            VM.stopPrank();
        }
    }

    // Relief

    function test_relief_isAskedForATimeToCome() public {
        uint64 now_ = uint64(block.timestamp);
        VM.startPrank(authority);
        _expect(CommunityRegistry.InvalidParameter.selector);
        registry.askRelief("zone", now_ - 10, now_, 4200);
        _expect(CommunityRegistry.InvalidParameter.selector);
        registry.askRelief("zone", now_ + 10, now_ + 10, 4200);
        VM.recordLogs();
        registry.askRelief("zone", now_, now_ + 900, 4200);
        VM.stopPrank();
        checkEqual(VM.getRecordedLogs()[0].topics[1], "zone", "the zone");
    }

    function test_parametersAreChecked() public {
        _expect(CommunityRegistry.InvalidParameter.selector);
        new CommunityRegistry(address(manager), 0, 900);
        _expect(CommunityRegistry.InvalidParameter.selector);
        new CommunityRegistry(address(manager), 900, 899);
    }
}
