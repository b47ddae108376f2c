"""Readings that arrive: what the operator asks of them before it takes them."""
