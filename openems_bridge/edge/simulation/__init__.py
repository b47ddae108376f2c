"""A house without hardware: measured load and PV replayed, a battery modelled, one second at a time."""
