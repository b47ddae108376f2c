"""What households, the market operator and the contracts must agree on to the bit (docs/market.md). No I/O."""
