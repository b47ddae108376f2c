"""The bridge as an app of Home Assistant's supervisor: its options, its backups, and how Home Assistant learns of it."""
