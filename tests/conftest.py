"""The integration is imported first: the test package of Home Assistant ships a ``custom_components`` of its own."""

import custom_components.dems  # noqa: F401
