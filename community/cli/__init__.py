"""The command line ``dems-community``."""
