"""The command line: run, init, check, pair, fake-edge."""
