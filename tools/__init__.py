"""Programs for those who build and release DEMS."""
