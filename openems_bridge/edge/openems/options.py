"""What the owner configures about an OpenEMS Edge."""

from dataclasses import dataclass, field

from yarl import URL

from dems_node.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenComponents:
    """Ids of components of the Edge that the owner picked by hand; None and () mean: find them."""

    battery: str | None = None
    grid_meter: str | None = None
    plants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEmsOptions:
    """How to reach an Edge and which of its components count (facts/openems.md).

    ``username`` matters for REST only: the Edge's websocket looks at nothing but the password.
    Behind a FEMS' nginx the websocket is ``websocket_port=80, websocket_path="/websocket"``.
    """

    host: str
    username: str
    password: Secret
    websocket_port: int = 8085
    websocket_path: str = "/"
    rest_port: int = 8084
    tls: bool = False
    rest_controller: str = "ctrlApiRest0"
    components: ChosenComponents = field(default_factory=ChosenComponents)
    request_timeout: float = 5.0
    """Seconds for any one answer."""
    silence_timeout: float = 5.0
    """Seconds without new values after which the connection is given up."""

    @property
    def websocket_url(self) -> URL:
        """Where the JSON-RPC websocket is."""
        scheme = "wss" if self.tls else "ws"
        return URL.build(
            scheme=scheme, host=self.host, port=self.websocket_port, path=self.websocket_path or "/"
        )

    @property
    def rest_url(self) -> URL:
        """Where the REST API begins."""
        return URL.build(scheme="https" if self.tls else "http", host=self.host, port=self.rest_port)
