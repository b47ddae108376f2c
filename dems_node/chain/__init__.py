"""The chain as both daemons use it: a client, transactions from a journal (performer), events in order (watcher)."""
