from tests.community.conftest import anvil, clock, real_sockets, site, town, verify_cleanup
from tests.ledger.conftest import street

__all__ = ["anvil", "clock", "real_sockets", "site", "street", "town", "verify_cleanup"]
