"""SQLite: one file, one writer, on a thread of its own; the schema as steps; damage told, never overwritten."""
