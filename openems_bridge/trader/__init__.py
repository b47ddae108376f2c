"""The household's side of the market: orders, their verification after clearing, suggestions, money (docs/market.md)."""
