"""The terms of a market slot: the utility's prices and the network's charges, public before the gate.

Source: docs/market.md section 2.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from eth_hash.auto import keccak

from dems_protocol.market.price_lattice import Charges, PriceRange, tighten
from dems_protocol.words import WORD, encode_words, require_uint, signed_word

LARGEST_PRICE = 10**12
"""Bound of every price and limit, either sign, in micro-units per kWh."""

LARGEST_ZONE_COUNT = 32


def require_price(name: str, value: int) -> None:
    """Raise ValueError, naming the value, unless a price (micro-units per kWh) lies within ±10^12."""
    if abs(value) > LARGEST_PRICE:
        raise ValueError(f"{name} must lie within ±10^12 micro-units per kWh, not {value}")


@dataclass(frozen=True, slots=True)
class ZoneTerms:
    """The utility's prices in a zone, micro-units per kWh: it sells at ``sell`` and buys at ``buy``, without limit.

    Raises ValueError for a price out of bounds or ``buy > sell``.
    """

    zone: int
    sell: int
    buy: int

    def __post_init__(self) -> None:
        require_uint("zone", self.zone, 32)
        require_price(f"the utility's selling price in zone {self.zone}", self.sell)
        require_price(f"the utility's buying price in zone {self.zone}", self.buy)
        if self.buy > self.sell:
            raise ValueError(f"in zone {self.zone} the utility buys at {self.buy}, above its {self.sell}")


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a slot. ``charges`` is row-major: ``charges[from · Z + to]`` in micro-units per kWh, by place.

    Raises ValueError for zones that do not ascend strictly or are not 1 … 32, charges that are negative, of another
    number or not 0 within a zone, and for terms by which the utility would buy dearer than it sells, network included:
    such a market has no optimum.
    """

    zones: tuple[ZoneTerms, ...]
    charges: tuple[int, ...]

    def __post_init__(self) -> None:
        count = len(self.zones)
        if not 0 < count <= LARGEST_ZONE_COUNT:
            raise ValueError(f"a market has 1 … {LARGEST_ZONE_COUNT} zones, not {count}")
        for left, right in itertools.pairwise(self.zones):
            if left.zone >= right.zone:
                raise ValueError(f"zones must ascend strictly: {left.zone} comes before {right.zone}")
        if len(self.charges) != count * count:
            raise ValueError(f"{count} zones need {count * count} charges, not {len(self.charges)}")
        for (start, end), charge in self._charged_pairs():
            if charge < 0 or (start == end and charge):
                raise ValueError(f"the charge from zone {start} to zone {end} cannot be {charge}")
            require_price(f"the charge from zone {start} to zone {end}", charge)
        for zone, prices in zip(self.zones, self.price_ranges(), strict=True):
            if prices.lower > prices.upper:
                raise ValueError(
                    f"the utility sells at {zone.sell} in zone {zone.zone}, and over the network energy from there "
                    f"is worth {prices.lower} to it elsewhere: it would go round without end"
                )

    def _charged_pairs(self) -> Iterator[tuple[tuple[int, int], int]]:
        names = [zone.zone for zone in self.zones]
        return zip(itertools.product(names, names), self.charges, strict=True)

    def places(self) -> dict[int, int]:
        """Return the place of each zone in these terms."""
        return {zone.zone: place for place, zone in enumerate(self.zones)}

    def charge_rows(self) -> Charges:
        """Return the charges as rows: ``[from][to]`` by place."""
        count = len(self.zones)
        return tuple(self.charges[at : at + count] for at in range(0, count * count, count))

    def price_ranges(self) -> list[PriceRange]:
        """Return between which prices each zone stays whatever the orders, by utility and network alone."""
        return tighten([PriceRange(zone.buy, zone.sell) for zone in self.zones], self.charge_rows(), ())

    def encode(self) -> bytes:
        """Return ``abi.encode`` of the Solidity struct."""
        zones = [encode_words(len(self.zones))]
        zones += [
            encode_words(zone.zone, signed_word(zone.sell), signed_word(zone.buy)) for zone in self.zones
        ]
        head = 2 * WORD
        charges_at = head + sum(map(len, zones))
        charges = encode_words(len(self.charges), *self.charges)
        return encode_words(WORD, head, charges_at) + b"".join(zones) + charges

    def hash(self) -> bytes:
        """Return the terms' hash."""
        return keccak(self.encode())
