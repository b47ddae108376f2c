// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Signature} from "./LedgerTypes.sol";
import {BN254} from "./libraries/BN254.sol";
import {History} from "./libraries/History.sol";
import {MeterSignature} from "./libraries/MeterSignature.sol";

/// @title Who belongs to the community: households, meters with their keys and plants, and the meter operator.
/// @notice Everything is valid by slot. A slot that has begun keeps what it has, so what a contract decides by this
/// registry for a past slot never changes. What belongs to a household (its meter's key, the meter's move to another
/// household or out of the community) changes with its signature, or after `changeDelaySeconds`, within which it can
/// withdraw what it has. The roles are those of the access manager; none of them reaches into a past slot.
contract CommunityRegistry is AccessManaged, EIP712 {
    using History for History.Values;
    using MeterSignature for MeterSignature.PublicKey;
    using SafeCast for uint256;

    /// @notice What generates behind a meter; the numbers are part of the certificates.
    enum Source {
        None,
        Solar,
        Wind,
        Hydro,
        Biomass,
        NotRenewable
    }

    /// @notice A meter's plant: nominal power in W, usable storage in Wh, start of operation in unix seconds.
    struct Plant {
        uint32 powerWatts;
        uint32 storageWattHours;
        uint64 commissionedAt;
        Source source;
    }

    /// @notice What the ledger asks of a meter for a slot; zeros where the meter belongs to nobody then.
    struct MeterAtSlot {
        address household;
        uint64 householdSince;
        bytes32 keyId;
        MeterSignature.PublicKey key;
        uint32 plantPowerWatts;
    }

    /// @dev The last operator that is appointed, in one word: every publication asks for it.
    struct Term {
        uint64 from;
        address operator;
    }

    struct Meter {
        bool registered;
        History.Values household;
        History.Values key;
        History.Values plant;
        History.Values zone;
    }

    /// @notice The household is admitted already, or was never.
    error WrongMembership(address household);
    /// @notice Meter ids are given once, for the life of the device, and are not zero.
    error MeterIdTaken(bytes32 meter);
    error UnknownMeter(bytes32 meter);
    /// @notice The coordinates are not a point of the scheme's curve, or the scheme is unknown.
    error NotAPublicKey(uint8 scheme, uint256 x, uint256 y);
    /// @notice Another meter has, or had, this key.
    error KeyTaken(bytes32 keyId, bytes32 meter);
    /// @notice The household that the meter belongs to at the slot of the change did not sign it.
    error NotSignedByHousehold(address household);
    /// @notice A change without the household's signature has to wait longer.
    error TooSoon(uint64 from, uint64 earliest);
    /// @notice The plant's data contradict themselves.
    error NotAPlant(uint32 powerWatts, Source source);
    /// @notice The operator needs an account and a sealing key that is a point other than the identity.
    error NotAnOperator(address operator);
    error NotTheOperator(address sender, address operator);
    error InvalidParameter(string name);

    event HouseholdAdmitted(address indexed household);
    event HouseholdDismissed(address indexed household);
    event MeterRegistered(bytes32 indexed meter);
    /// @notice From slot `from` on the meter belongs to `household`; to nobody if that is 0.
    event HouseholdChanged(bytes32 indexed meter, address indexed household, uint64 from);
    event KeyChanged(bytes32 indexed meter, bytes32 indexed keyId, uint64 from, uint8 scheme, uint256 x, uint256 y);
    event PlantChanged(bytes32 indexed meter, uint64 from, Plant plant, bytes32 mastrNumber);
    event ZoneChanged(bytes32 indexed meter, bytes32 indexed zone, uint64 from);
    event OperatorChanged(address indexed operator, uint64 from);
    event SealingKeyChanged(address indexed operator, uint64 from, uint256[2] key);
    /// @notice The grid asks the households of a zone to draw no more than `maximumWatts` each, between two moments (unix
    /// seconds). A request: what a household does about it is its own affair.
    event ReliefAsked(bytes32 indexed zone, uint64 from, uint64 until, uint32 maximumWatts);

    bytes32 public constant KEY_CHANGE_TYPEHASH =
        keccak256("KeyChange(bytes32 meter,bytes32 key,uint64 from,uint256 nonce)");
    bytes32 public constant HOUSEHOLD_CHANGE_TYPEHASH =
        keccak256("HouseholdChange(bytes32 meter,address household,uint64 from,uint256 nonce)");

    /// @notice Length of a slot in seconds; slot = unix time / slotSeconds.
    uint64 public immutable slotSeconds;
    /// @notice How long a change waits that the household did not sign: longer than any delay of a withdrawal.
    uint64 public immutable changeDelaySeconds;

    /// @notice Whether the account is a household of the community.
    mapping(address household => bool) public isMember;
    /// @notice The nonce of the next change that a household signs for a meter.
    mapping(bytes32 meter => uint256) public nonces;
    /// @notice The meter that has, or had, a key.
    mapping(bytes32 keyId => bytes32 meter) public meterOfKey;

    mapping(bytes32 meter => Meter) private _meters;
    mapping(bytes32 keyId => MeterSignature.PublicKey) private _keys;
    History.Values private _operators;
    Term private _lastTerm;
    mapping(address operator => History.Values) private _sealingKeys;

    /// @param authority The access manager: who may call the functions marked "role".
    constructor(address authority, uint64 slotSeconds_, uint64 changeDelaySeconds_)
        AccessManaged(authority)
        EIP712("DEMS registry", "1")
    {
        require(slotSeconds_ != 0, InvalidParameter("slotSeconds"));
        require(changeDelaySeconds_ >= slotSeconds_, InvalidParameter("changeDelaySeconds"));
        (slotSeconds, changeDelaySeconds) = (slotSeconds_, changeDelaySeconds_);
    }

    /// @notice Admits a household to the community. Role: authority.
    function admit(address household) external restricted {
        require(household != address(0) && !isMember[household], WrongMembership(household));
        isMember[household] = true;
        emit HouseholdAdmitted(household);
    }

    /// @notice Asks the households of a zone to relieve the grid for a while. Role: authority.
    function askRelief(bytes32 zone, uint64 from, uint64 until, uint32 maximumWatts) external restricted {
        require(from < until && block.timestamp < until, InvalidParameter("until"));
        emit ReliefAsked(zone, from, until, maximumWatts);
    }

    /// @notice Takes no more meters for a household. Its meters stay until they are moved out. Role: authority.
    function dismiss(address household) external restricted {
        require(isMember[household], WrongMembership(household));
        isMember[household] = false;
        emit HouseholdDismissed(household);
    }

    /// @notice Registers a device for a household, from slot `from` on. Role: authority.
    function registerMeter(
        bytes32 meter,
        address household,
        MeterSignature.PublicKey calldata key,
        bytes32 zone,
        uint64 from
    ) external restricted {
        require(meter != 0 && !_meters[meter].registered, MeterIdTaken(meter));
        _requireMember(household);
        _meters[meter].registered = true;
        emit MeterRegistered(meter);
        _setHousehold(meter, household, from);
        _setKey(meter, key, from);
        _setZone(meter, zone, from);
    }

    /// @notice Changes a meter's plant from slot `from` on. `mastrNumber` is the unit's number in the register of
    /// plants, as ASCII. Role: authority.
    function setPlant(bytes32 meter, Plant calldata plant, bytes32 mastrNumber, uint64 from) external restricted {
        _requireMeter(meter);
        require((plant.powerWatts == 0) == (plant.source == Source.None), NotAPlant(plant.powerWatts, plant.source));
        _meters[meter].plant.set(currentSlot(), from, _pack(plant));
        emit PlantChanged(meter, from, plant, mastrNumber);
    }

    /// @notice Changes a meter's zone from slot `from` on. Role: authority.
    function setZone(bytes32 meter, bytes32 zone, uint64 from) external restricted {
        _requireMeter(meter);
        _setZone(meter, zone, from);
    }

    /// @notice Changes a meter's key with the signature of the household that it belongs to at slot `from`, or, with an
    /// empty signature, after the delay. Role: authority.
    function changeKey(bytes32 meter, MeterSignature.PublicKey calldata key, uint64 from, Signature calldata consent)
        external
        restricted
    {
        _requireMeter(meter);
        _requireConsent(
            meter, from, consent, keccak256(abi.encode(KEY_CHANGE_TYPEHASH, meter, key.keyId(), from, nonces[meter]))
        );
        _setKey(meter, key, from);
    }

    /// @notice Moves a meter to another household, or out of the community (0), with the signature of the household that
    /// it belongs to at slot `from`, or, with an empty signature, after the delay. Role: authority.
    function changeHousehold(bytes32 meter, address household, uint64 from, Signature calldata consent)
        external
        restricted
    {
        _requireMeter(meter);
        if (household != address(0)) _requireMember(household);
        _requireConsent(
            meter,
            from,
            consent,
            keccak256(abi.encode(HOUSEHOLD_CHANGE_TYPEHASH, meter, household, from, nonces[meter]))
        );
        _setHousehold(meter, household, from);
    }

    /// @notice Takes a meter out of the community from slot `from` on. Only the household that it belongs to then.
    function leaveCommunity(bytes32 meter, uint64 from) external {
        address household = householdAt(meter, from);
        require(household != address(0) && msg.sender == household, NotSignedByHousehold(household));
        _setHousehold(meter, address(0), from);
    }

    /// @notice Appoints the meter operator from slot `from` on, with the key that openings are sealed to. Not before the
    /// delay is over, except for the first. Role: authority.
    function appointOperator(address operator, uint256[2] calldata sealingKey, uint64 from) external restricted {
        require(operator != address(0), NotAnOperator(operator));
        if (_lastTerm.operator != address(0)) _requireDelay(from);
        _operators.set(currentSlot(), from, bytes32(uint256(uint160(operator))));
        if (from >= _lastTerm.from) _lastTerm = Term(from, operator);
        emit OperatorChanged(operator, from);
        _setSealingKey(operator, sealingKey, from);
    }

    /// @notice Changes the key that openings are sealed to, from slot `from` on. Only the operator of that slot.
    function rotateSealingKey(uint256[2] calldata sealingKey, uint64 from) external {
        address operator = operatorAt(from);
        require(msg.sender == operator, NotTheOperator(msg.sender, operator));
        _setSealingKey(operator, sealingKey, from);
    }

    /// @notice The slot that runs now.
    function currentSlot() public view returns (uint64) {
        return (block.timestamp / slotSeconds).toUint64();
    }

    /// @notice What holds of a meter in a slot; zeros where it belongs to no household then.
    function meterAt(bytes32 meter, uint64 slot) external view returns (MeterAtSlot memory state) {
        (bytes32 household, uint64 since) = _meters[meter].household.valueAt(slot);
        if (household == 0) return state;
        (state.household, state.householdSince) = (_toAddress(household), since);
        (state.keyId,) = _meters[meter].key.valueAt(slot);
        state.key = _keys[state.keyId];
        (Plant memory plant,) = plantAt(meter, slot);
        state.plantPowerWatts = plant.powerWatts;
    }

    /// @notice The household that a meter belongs to in a slot, 0 if none.
    function householdAt(bytes32 meter, uint64 slot) public view returns (address) {
        (bytes32 household,) = _meters[meter].household.valueAt(slot);
        return _toAddress(household);
    }

    /// @notice A meter's plant in a slot, and the slot since which it is that.
    function plantAt(bytes32 meter, uint64 slot) public view returns (Plant memory plant, uint64 since) {
        bytes32 packed;
        (packed, since) = _meters[meter].plant.valueAt(slot);
        plant = _unpack(uint256(packed));
    }

    /// @notice A meter's zone in a slot.
    function zoneAt(bytes32 meter, uint64 slot) external view returns (bytes32 zone) {
        (zone,) = _meters[meter].zone.valueAt(slot);
    }

    /// @notice A public key by its id; zeros for an unknown one.
    function publicKey(bytes32 keyId) external view returns (MeterSignature.PublicKey memory) {
        return _keys[keyId];
    }

    /// @notice The meter operator of a slot, 0 before the first.
    function operatorAt(uint64 slot) public view returns (address) {
        Term memory last = _lastTerm;
        if (slot >= last.from) return last.operator;
        (bytes32 operator,) = _operators.valueAt(slot);
        return _toAddress(operator);
    }

    /// @notice The hash `keccak256(abi.encode(x, y))` of the key that openings of a slot are sealed to.
    function sealingKeyHashAt(uint64 slot) external view returns (bytes32 keyHash) {
        (keyHash,) = _sealingKeys[operatorAt(slot)].valueAt(slot);
    }

    /// @notice The EIP-712 domain separator under which households sign changes.
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _setHousehold(bytes32 meter, address household, uint64 from) private {
        _meters[meter].household.set(currentSlot(), from, bytes32(uint256(uint160(household))));
        emit HouseholdChanged(meter, household, from);
    }

    function _setKey(bytes32 meter, MeterSignature.PublicKey calldata key, uint64 from) private {
        require(key.isPublicKey(), NotAPublicKey(key.scheme, key.x, key.y));
        bytes32 keyId = key.keyId();
        bytes32 owner = meterOfKey[keyId];
        require(owner == 0 || owner == meter, KeyTaken(keyId, owner));
        meterOfKey[keyId] = meter;
        _keys[keyId] = key;
        _meters[meter].key.set(currentSlot(), from, keyId);
        emit KeyChanged(meter, keyId, from, key.scheme, key.x, key.y);
    }

    function _setZone(bytes32 meter, bytes32 zone, uint64 from) private {
        _meters[meter].zone.set(currentSlot(), from, zone);
        emit ZoneChanged(meter, zone, from);
    }

    function _setSealingKey(address operator, uint256[2] calldata key, uint64 from) private {
        BN254.Point memory point = BN254.Point(key[0], key[1]);
        require(BN254.isValid(point) && !BN254.isIdentity(point), NotAnOperator(operator));
        _sealingKeys[operator].set(currentSlot(), from, keccak256(abi.encode(key)));
        emit SealingKeyChanged(operator, from, key);
    }

    /// @dev Consumes the nonce, so that a signature serves once.
    function _requireConsent(bytes32 meter, uint64 from, Signature calldata consent, bytes32 structHash) private {
        if (consent.r == 0 && consent.s == 0) return _requireDelay(from);
        address household = householdAt(meter, from);
        bytes32 digest = _hashTypedDataV4(structHash);
        require(MeterSignature.isSignedByAccount(household, digest, consent), NotSignedByHousehold(household));
        ++nonces[meter];
    }

    function _requireDelay(uint64 from) private view {
        uint64 earliest = ((block.timestamp + changeDelaySeconds) / slotSeconds + 1).toUint64();
        require(from >= earliest, TooSoon(from, earliest));
    }

    function _requireMember(address household) private view {
        require(isMember[household], WrongMembership(household));
    }

    function _requireMeter(bytes32 meter) private view {
        require(_meters[meter].registered, UnknownMeter(meter));
    }

    function _toAddress(bytes32 word) private pure returns (address) {
        return address(uint160(uint256(word)));
    }

    function _pack(Plant calldata plant) private pure returns (bytes32) {
        return bytes32(
            uint256(plant.powerWatts) | uint256(plant.storageWattHours) << 32 | uint256(plant.commissionedAt) << 64
                | uint256(plant.source) << 128
        );
    }

    function _unpack(uint256 word) private pure returns (Plant memory) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return Plant(uint32(word), uint32(word >> 32), uint64(word >> 64), Source(uint8(word >> 128)));
    }
}
