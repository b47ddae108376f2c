from tests.community.conftest import anvil, clock, real_sockets, site, town, verify_cleanup

__all__ = ["anvil", "clock", "real_sockets", "site", "town", "verify_cleanup"]
