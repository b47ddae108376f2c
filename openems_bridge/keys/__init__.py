"""A household's keys: its account, its meter's key and secret; made, opened, moved, replaced."""
