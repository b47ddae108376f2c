"""Households for the benchmarks: read from a file, or generated; and the simple forecasts that ours must beat."""
