"""What the owner configures about the place and the tariff."""

from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_IMPORT_PRICE = 320_000
"""Micro-units per kWh: what is assumed where no tariff was ever given. Every such price is marked as estimated."""
DEFAULT_EXPORT_PRICE = 80_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """The ``site`` section: what a forecast wants to know of the place.

    ``time_zone`` None is that of this machine. Degrees, both or none. ``holidays`` are dates (2026-12-25).
    ``annual_load`` in Wh, ``pv_peak`` in W.
    """

    time_zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    holidays: Sequence[str] = ()
    annual_load: int | None = None
    pv_peak: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffOptions:
    """The ``tariff`` section: a fixed tariff until Home Assistant hands over another (micro-units per kWh).

    ``inside_import`` and ``inside_export`` are what netted energy costs and earns, None where it is the utility's price.
    """

    currency: str = "EUR"
    import_price: int = DEFAULT_IMPORT_PRICE
    export_price: int = DEFAULT_EXPORT_PRICE
    inside_import: int | None = None
    inside_export: int | None = None
    is_given: bool = False
    """Whether the owner wrote it: prices that were only assumed are marked as estimated."""

    @property
    def inside_charge(self) -> int:
        """What who buys inside pays on top of what the seller gets (charges, taxes); 0 where nothing was written."""
        if self.inside_import is None or self.inside_export is None:
            return 0
        return max(self.inside_import - self.inside_export, 0)
