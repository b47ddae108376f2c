// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Certificates} from "./Certificates.sol";
import {CommunityRegistry} from "./CommunityRegistry.sol";
import {Anchor, Opening, Reading} from "./LedgerTypes.sol";
import {MeterLedger} from "./MeterLedger.sol";
import {BN254} from "./libraries/BN254.sol";
import {Messages} from "./libraries/Messages.sol";

/// @title The renewable-energy account: what a meter's running registers gained between two readings that the ledger
/// vouches for becomes certificates (docs/protocol.md, section 13).
/// @notice No roles. Only the household may open its registers, because opening shows the energy of the period to everybody.
contract RenewableEnergyAccount is ERC2771Context {
    using SafeCast for uint256;

    error NotTheHousehold(address sender, address household);
    error OtherMeter(bytes32 first, bytes32 last);
    /// @notice The first reading must come before the last; without one the last must be its meter's first.
    error WrongPeriod(uint64 firstSlot, uint64 lastSlot);
    /// @notice The period begins before what is credited already ends.
    error CreditedAlready(bytes32 meter, uint64 watermark, uint64 beginsAfter);
    error PeriodTooLong(uint64 from, uint64 to, uint64 maximum);
    /// @notice The meter belonged to the household for a part of the period only; claim up to that slot first.
    error HouseholdChanged(bytes32 meter, uint64 since);
    /// @notice The plant was another for a part of the period; claim up to that slot first.
    error PlantChanged(bytes32 meter, uint64 since);
    error NoRenewablePlant(bytes32 meter);
    error WrongOpening(uint256 register);
    error NothingToCredit();

    /// @notice `feedIn` and `generation` in Wh; credited is the lesser.
    event EnergyCredited(
        bytes32 indexed meter,
        address indexed household,
        uint256 indexed certificate,
        uint64 firstSlot,
        uint64 lastSlot,
        uint64 feedIn,
        uint64 generation
    );

    MeterLedger public immutable ledger;
    CommunityRegistry public immutable registry;
    Certificates public immutable certificates;
    uint64 public immutable slotSeconds;
    /// @notice The longest period of one certificate in seconds, where the scheme asks for one; 0 if not.
    uint64 public immutable maximumPeriodSeconds;

    /// @notice The first slot of a meter that is not credited yet.
    mapping(bytes32 meter => uint64) public watermarks;
    /// @notice The Wh that were credited to a meter so far.
    mapping(bytes32 meter => uint256) public credited;

    constructor(MeterLedger ledger_, uint64 maximumPeriodSeconds_) ERC2771Context(ledger_.trustedForwarder()) {
        (ledger, registry, slotSeconds) = (ledger_, ledger_.registry(), ledger_.slotSeconds());
        maximumPeriodSeconds = maximumPeriodSeconds_;
        certificates = new Certificates(ledger_.trustedForwarder());
    }

    /// @notice Credits what a meter fed in, and generated, after reading `first` up to and with reading `last`, to its
    /// household as certificates. Only the household that the meter belongs to in both.
    function claim(Anchor calldata first, Anchor calldata last, Opening calldata feedIn, Opening calldata generation)
        external
        returns (uint256 id)
    {
        Reading calldata start = first.leaf.reading;
        Reading calldata end = last.leaf.reading;
        require(start.meter == end.meter, OtherMeter(start.meter, end.meter));
        require(start.slot < end.slot, WrongPeriod(start.slot, end.slot));
        ledger.requireAnchored(first);
        return _claim(start, start.slot + 1, last, feedIn, generation);
    }

    /// @notice As `claim`, from the beginning of a meter's registers: `last` is its first reading.
    function claimFirst(Anchor calldata last, Opening calldata feedIn, Opening calldata generation)
        external
        returns (uint256 id)
    {
        Reading calldata end = last.leaf.reading;
        require(end.previous == 0, WrongPeriod(0, end.slot));
        Reading memory nothing;
        return _claim(nothing, end.slot, last, feedIn, generation);
    }

    function _claim(
        Reading memory start,
        uint64 firstSlot,
        Anchor calldata last,
        Opening calldata feedIn,
        Opening calldata generation
    ) private returns (uint256 id) {
        Reading calldata end = last.leaf.reading;
        ledger.requireAnchored(last);
        Certificates.Certificate memory certificate = _describe(end.meter, firstSlot, end.slot);
        _requireGained(start, end, Messages.RUNNING_FEED_IN, feedIn);
        _requireGained(start, end, Messages.RUNNING_GENERATION, generation);
        uint256 wattHours = feedIn.value < generation.value ? feedIn.value : generation.value;
        require(wattHours != 0, NothingToCredit());
        watermarks[end.meter] = end.slot + 1;
        credited[end.meter] += wattHours;
        id = certificates.idOf(end.meter, certificate.from, certificate.to);
        emit EnergyCredited(
            end.meter,
            certificate.household,
            id,
            firstSlot,
            end.slot,
            feedIn.value.toUint64(),
            generation.value.toUint64()
        );
        certificates.issue(certificate, wattHours);
    }

    function _describe(bytes32 meter, uint64 firstSlot, uint64 lastSlot)
        private
        view
        returns (Certificates.Certificate memory)
    {
        CommunityRegistry.MeterAtSlot memory state = registry.meterAt(meter, lastSlot);
        require(
            state.household != address(0) && _msgSender() == state.household,
            NotTheHousehold(_msgSender(), state.household)
        );
        require(state.householdSince <= firstSlot, HouseholdChanged(meter, state.householdSince));
        require(watermarks[meter] <= firstSlot, CreditedAlready(meter, watermarks[meter], firstSlot));
        (CommunityRegistry.Plant memory plant, uint64 plantSince) = registry.plantAt(meter, lastSlot);
        bool renewable =
            plant.source != CommunityRegistry.Source.None && plant.source != CommunityRegistry.Source.NotRenewable;
        require(renewable, NoRenewablePlant(meter));
        require(plantSince <= firstSlot, PlantChanged(meter, plantSince));
        (uint64 from, uint64 to) = (firstSlot * slotSeconds, (lastSlot + 1) * slotSeconds);
        require(
            maximumPeriodSeconds == 0 || to - from <= maximumPeriodSeconds,
            PeriodTooLong(from, to, maximumPeriodSeconds)
        );
        return Certificates.Certificate({
            meter: meter,
            household: state.household,
            from: from,
            to: to,
            issuedAt: block.timestamp.toUint64(),
            commissionedAt: plant.commissionedAt,
            plantPowerWatts: plant.powerWatts,
            source: uint8(plant.source),
            withStorage: plant.storageWattHours != 0
        });
    }

    /// @dev Readings that the ledger vouches for have valid points.
    function _requireGained(Reading memory start, Reading memory end, uint256 register, Opening calldata opening)
        private
        view
    {
        require(opening.value <= type(uint64).max && opening.blinding < BN254.ORDER, WrongOpening(register));
        BN254.Point memory gained =
            BN254.add(Messages.point(end, register), BN254.negate(Messages.point(start, register)));
        require(BN254.equal(BN254.commit(opening.value, opening.blinding), gained), WrongOpening(register));
    }
}
