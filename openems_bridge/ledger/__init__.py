"""The household's side of the ledger: membership, accounting, verification, settlement, proofs."""
