"""SQLite: the journal, the readings, the cursors. One writer, on a thread of its own."""
