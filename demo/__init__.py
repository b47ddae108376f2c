"""A household of the community on one machine: Edge, bridge and Home Assistant."""
