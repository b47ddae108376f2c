"""What the owner configures about an Edge's Modbus/TCP."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusOptions:
    """How to reach ``Controller.Api.ModbusTcp`` (facts/openems.md, "Modbus/TCP").

    Modbus tells neither the names nor the settings of anything: the owner says the controller's ``apiTimeout``, and
    confirms that a set-point there ends by silence only.
    """

    host: str
    port: int = 502
    unit: int = 1
    battery: str | None = None
    """Component id of the battery, where the Edge has several."""
    confirm_no_release: bool = False
    api_timeout_seconds: int = 60
    request_timeout: float = 3.0
    poll_seconds: float = 1.0

    @property
    def address(self) -> str:
        """Host and port, for people."""
        return f"{self.host}:{self.port}"
