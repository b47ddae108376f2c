"""The command line: run, init, check, pair, keys, backup, restore, fake-edge."""
