// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clearing, Flow, Terms, ZoneClearing, ZoneTerms} from "../MarketTypes.sol";
import {BN254} from "../../libraries/BN254.sol";
import {OrderRules} from "./OrderRules.sol";

/// @title What a clearing must fulfil to be published (docs/market.md, section 6): with the fill rule, which everybody
/// checks for the own orders, it is optimal by the duality of linear programs.
library ClearingRules {
    /// @notice The zones are not exactly those of the terms.
    error WrongZones();
    /// @notice Prices are out of order, the price is not the middle, or a ratio is above one.
    error WrongPrice(uint32 zone);
    /// @notice The price in `to` exceeds that in `from` by more than the charge, or by less where energy flows.
    error WrongSpread(uint32 from, uint32 to);
    /// @notice Flows must be strictly ascending by (from, to), between two zones of the terms, and not empty.
    error WrongFlow(uint256 index);
    /// @notice What comes into the zone is not what goes out.
    error Unbalanced(uint32 zone, uint256 outgoing, uint256 incoming);
    /// @notice Off its own price the utility takes part with more than rounding explains.
    error UtilityOffItsPrice(uint32 zone, uint256 allowed);
    /// @notice The totals do not open the tree's sums, or are out of range.
    error WrongTotals(uint32 zone);

    uint256 internal constant MAX_COUNT = 2 ** 20;

    /// @notice Reverts unless the clearing is one that these terms allow.
    function requireSound(Clearing calldata clearing, Terms calldata terms) internal view {
        uint256 zones = terms.zones.length;
        require(clearing.zones.length == zones, WrongZones());
        uint256 rounding = zones * zones;
        for (uint256 z = 0; z < zones; ++z) {
            _requirePrices(clearing.zones[z], terms.zones[z]);
            rounding += clearing.zones[z].count;
        }
        _requireSpreads(clearing.zones, terms.charges);
        (uint256[] memory outgoing, uint256[] memory incoming) = _addFlows(clearing, terms.charges);
        for (uint256 z = 0; z < zones; ++z) {
            ZoneClearing calldata zone = clearing.zones[z];
            _requireBalance(zone, outgoing[z], incoming[z]);
            _requireUtility(zone, terms.zones[z], rounding);
            _requireTotals(zone);
        }
    }

    function _requirePrices(ZoneClearing calldata zone, ZoneTerms calldata terms) private pure {
        require(zone.zone == terms.zone, WrongZones());
        int256 middle = (int256(zone.lower) + zone.upper) >> 1;
        bool ordered = terms.buy <= zone.lower && zone.lower <= zone.upper && zone.upper <= terms.sell;
        bool ratios = zone.bidRatio <= OrderRules.ONE && zone.offerRatio <= OrderRules.ONE;
        require(ordered && zone.price == middle && ratios, WrongPrice(zone.zone));
    }

    function _requireSpreads(ZoneClearing[] calldata zones, int64[] calldata charges) private pure {
        uint256 count = zones.length;
        for (uint256 a = 0; a < count; ++a) {
            (int256 price, int256 lower, int256 upper) = (zones[a].price, zones[a].lower, zones[a].upper);
            for (uint256 b = 0; b < count; ++b) {
                int256 charge = charges[a * count + b];
                ZoneClearing calldata to = zones[b];
                bool within = to.price - price <= charge && to.lower - lower <= charge && to.upper - upper <= charge;
                require(within, WrongSpread(zones[a].zone, to.zone));
            }
        }
    }

    /// @dev Flows ascend, and so do the zones: each is looked for from where the last was found.
    function _addFlows(Clearing calldata clearing, int64[] calldata charges)
        private
        pure
        returns (uint256[] memory outgoing, uint256[] memory incoming)
    {
        ZoneClearing[] calldata zones = clearing.zones;
        uint256 count = zones.length;
        (outgoing, incoming) = (new uint256[](count), new uint256[](count));
        uint256 a;
        uint256 b;
        for (uint256 i = 0; i < clearing.flows.length; ++i) {
            Flow calldata flow = clearing.flows[i];
            require(flow.energy != 0 && flow.from != flow.to, WrongFlow(i));
            if (i != 0) {
                Flow calldata before = clearing.flows[i - 1];
                bool ascends = flow.from > before.from || (flow.from == before.from && flow.to > before.to);
                require(ascends, WrongFlow(i));
                if (flow.from != before.from) b = 0;
            }
            while (a < count && zones[a].zone < flow.from) ++a;
            while (b < count && zones[b].zone < flow.to) ++b;
            require(a < count && zones[a].zone == flow.from, WrongFlow(i));
            require(b < count && zones[b].zone == flow.to, WrongFlow(i));
            int256 spread = int256(zones[b].price) - zones[a].price;
            require(spread == charges[a * count + b], WrongSpread(flow.from, flow.to));
            outgoing[a] += flow.energy;
            incoming[b] += flow.energy;
        }
    }

    function _requireBalance(ZoneClearing calldata zone, uint256 outgoing, uint256 incoming) private pure {
        outgoing += uint256(zone.bought) + zone.utilityBought;
        incoming += uint256(zone.sold) + zone.utilitySold;
        require(outgoing == incoming, Unbalanced(zone.zone, outgoing, incoming));
    }

    function _requireUtility(ZoneClearing calldata zone, ZoneTerms calldata terms, uint256 rounding) private pure {
        bool explained = (zone.price == terms.sell || zone.utilitySold <= rounding)
            && (zone.price == terms.buy || zone.utilityBought <= rounding);
        require(explained, UtilityOffItsPrice(zone.zone, rounding));
    }

    function _requireTotals(ZoneClearing calldata zone) private view {
        uint256[4] calldata sums = zone.sums;
        bool sound = zone.count <= MAX_COUNT && zone.boughtBlinding < BN254.ORDER && zone.soldBlinding < BN254.ORDER
            && BN254.isValid(sums[0], sums[1]) && BN254.isValid(sums[2], sums[3]);
        require(sound, WrongTotals(zone.zone));
        BN254.Point memory bought = BN254.commit(zone.bought, zone.boughtBlinding);
        BN254.Point memory sold = BN254.commit(zone.sold, zone.soldBlinding);
        bool opens = bought.x == sums[0] && bought.y == sums[1] && sold.x == sums[2] && sold.y == sums[3];
        require(opens, WrongTotals(zone.zone));
    }
}
