"""Home Assistant finds the integration in this folder."""
