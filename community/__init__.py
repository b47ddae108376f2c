"""The operator's side of the community."""
