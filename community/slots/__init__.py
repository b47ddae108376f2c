"""The life of a slot: leaves, statement, publication, demands, direct inclusions, opening."""
