"""Counters become readings of slots."""
