// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {CommunityRegistry} from "../CommunityRegistry.sol";
import {History} from "../libraries/History.sol";
import {Terms, ZoneTerms} from "./MarketTypes.sol";
import {OrderRules} from "./libraries/OrderRules.sol";

/// @title What is fixed of a slot's market before its gate: the utility's prices, the network's charges, the operator
/// (docs/market.md, section 2).
/// @notice All roles of the market are here, and each reaches only slots whose gate has not come. Who a meter belongs to,
/// and its zone, the market reads at the slot in which the gate lies: the registry cannot change that any more, while it
/// could until the traded slot begins.
contract MarketTerms is AccessManaged {
    using History for History.Values;
    using SafeCast for uint256;

    error InvalidParameter(string name);
    /// @notice Zones must be strictly ascending, 1 to 32 of them.
    error WrongZones();
    /// @notice Prices are beyond what the market knows, or `buy` is above `sell`.
    error WrongPrices(uint32 zone);
    /// @notice Charges are one for each pair of zones, not negative, and 0 within a zone.
    error WrongCharges();
    error NotAnOperator(address operator);
    /// @notice A successor has to wait longer.
    error TooSoon(uint64 from, uint64 earliest);
    /// @notice These are not the prices and charges of the slot, or the two are not of the same zones.
    error NotTheTerms(uint64 slot);

    /// @notice From slot `from` on the utility sells and buys at these prices.
    event PricesChanged(uint64 from, ZoneTerms[] zones);
    /// @notice From slot `from` on these charges hold between the zones: `charges[from * Z + to]`.
    event ChargesChanged(uint64 from, uint32[] zones, int64[] charges);
    event MarketOperatorChanged(address indexed operator, uint64 from);

    uint256 public constant MAX_ZONES = 32;

    CommunityRegistry public immutable registry;
    uint64 public immutable slotSeconds;
    /// @notice How long before a slot's start its gate lies.
    uint64 public immutable gateSeconds;

    History.Values private _prices;
    History.Values private _charges;
    History.Values private _operators;
    bool private _hasOperator;

    /// @param authority The access manager: who may call the functions marked "role".
    constructor(address authority, CommunityRegistry registry_, uint64 gateSeconds_) AccessManaged(authority) {
        require(gateSeconds_ != 0, InvalidParameter("gateSeconds"));
        (registry, slotSeconds, gateSeconds) = (registry_, registry_.slotSeconds(), gateSeconds_);
    }

    /// @notice Changes the utility's prices from slot `from` on. Role: utility.
    function setPrices(ZoneTerms[] calldata zones, uint64 from) external restricted {
        require(zones.length != 0 && zones.length <= MAX_ZONES, WrongZones());
        for (uint256 i = 0; i < zones.length; ++i) {
            require(i == 0 || zones[i - 1].zone < zones[i].zone, WrongZones());
            bool sound = OrderRules.isPrice(zones[i].sell) && OrderRules.isPrice(zones[i].buy);
            require(sound && zones[i].buy <= zones[i].sell, WrongPrices(zones[i].zone));
        }
        _prices.set(latestClosed(), from, keccak256(abi.encode(zones)));
        emit PricesChanged(from, zones);
    }

    /// @notice Changes the network's charges from slot `from` on. Role: authority.
    function setCharges(uint32[] calldata zones, int64[] calldata charges, uint64 from) external restricted {
        uint256 count = zones.length;
        require(count != 0 && count <= MAX_ZONES, WrongZones());
        require(charges.length == count * count, WrongCharges());
        for (uint256 a = 0; a < count; ++a) {
            require(a == 0 || zones[a - 1] < zones[a], WrongZones());
            require(charges[a * count + a] == 0, WrongCharges());
        }
        for (uint256 i = 0; i < charges.length; ++i) {
            require(charges[i] >= 0 && OrderRules.isPrice(charges[i]), WrongCharges());
        }
        _charges.set(latestClosed(), from, _hashCharges(zones, charges));
        emit ChargesChanged(from, zones, charges);
    }

    /// @notice Appoints the market operator from slot `from` on. Not before the registry's delay is over, except for the
    /// first. Role: authority.
    function appointOperator(address operator, uint64 from) external restricted {
        require(operator != address(0), NotAnOperator(operator));
        if (_hasOperator) _requireDelay(from);
        _hasOperator = true;
        _operators.set(latestClosed(), from, bytes32(uint256(uint160(operator))));
        emit MarketOperatorChanged(operator, from);
    }

    /// @notice The market operator of a slot, 0 before the first.
    function operatorAt(uint64 slot) external view returns (address) {
        (bytes32 operator,) = _operators.valueAt(slot);
        return address(uint160(uint256(operator)));
    }

    /// @notice `keccak256(abi.encode(zones))` of the slot's prices, 0 before the first.
    function pricesHashAt(uint64 slot) public view returns (bytes32 pricesHash) {
        (pricesHash,) = _prices.valueAt(slot);
    }

    /// @notice `keccak256(abi.encode(zones, charges))` of the slot's charges, 0 before the first.
    function chargesHashAt(uint64 slot) public view returns (bytes32 chargesHash) {
        (chargesHash,) = _charges.valueAt(slot);
    }

    /// @notice Reverts unless these are the slot's terms.
    function requireTerms(uint64 slot, Terms calldata terms) external view {
        uint32[] memory zones = new uint32[](terms.zones.length);
        for (uint256 i = 0; i < zones.length; ++i) {
            zones[i] = terms.zones[i].zone;
        }
        bool sound = keccak256(abi.encode(terms.zones)) == pricesHashAt(slot)
            && _hashCharges(zones, terms.charges) == chargesHashAt(slot);
        require(sound, NotTheTerms(slot));
    }

    /// @notice When a slot's gate closes, in unix seconds.
    function gateOf(uint64 slot) public view returns (uint256) {
        uint256 start = uint256(slot) * slotSeconds;
        return start < gateSeconds ? 0 : start - gateSeconds;
    }

    /// @notice The slot in which the gate of `slot` lies: what the registry says of it holds in the market of `slot`.
    function gateSlotOf(uint64 slot) public view returns (uint64) {
        return (gateOf(slot) / slotSeconds).toUint64();
    }

    /// @notice The household whose orders for a meter count in a slot's market; 0 if none.
    function householdOf(bytes32 meter, uint64 slot) external view returns (address) {
        return registry.householdAt(meter, gateSlotOf(slot));
    }

    /// @notice The zone that a meter trades in, in a slot's market: the number that the registry has for it.
    function zoneOf(bytes32 meter, uint64 slot) external view returns (uint256) {
        return uint256(registry.zoneAt(meter, gateSlotOf(slot)));
    }

    /// @notice The latest slot whose gate has come.
    function latestClosed() public view returns (uint64) {
        return ((block.timestamp + gateSeconds) / slotSeconds).toUint64();
    }

    function _requireDelay(uint64 from) private view {
        uint256 changeable = block.timestamp + gateSeconds + registry.changeDelaySeconds();
        uint64 earliest = (changeable / slotSeconds + 1).toUint64();
        require(from >= earliest, TooSoon(from, earliest));
    }

    function _hashCharges(uint32[] memory zones, int64[] calldata charges) private pure returns (bytes32) {
        return keccak256(abi.encode(zones, charges));
    }
}
