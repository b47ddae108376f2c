"""The operator's side of the community."""

__version__ = "0.1.0"
