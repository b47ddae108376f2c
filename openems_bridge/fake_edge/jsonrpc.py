"""The JSON-RPC methods that an Edge answers on both the websocket and REST, and their errors."""

import uuid
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from openems_bridge.fake_edge import history
from openems_bridge.fake_edge.channels import document
from openems_bridge.fake_edge.cycle import EdgeCore, UnknownChannel, UnknownComponent, UnknownProperty
from openems_bridge.fake_edge.users import Role, User

type Params = Mapping[str, Any]


class Code(IntEnum):
    """OpenEMS' error codes, those that an Edge uses."""

    GENERIC = 1
    BAD_ADDRESS = 1000
    NOT_AUTHENTICATED = 1001
    ROLE_ACCESS_DENIED = 1002
    AUTHENTICATION_FAILED = 1003
    NO_SUCH_COMPONENT = 2000
    CONFIGURATION_FAILED = 2002
    INVALID_MESSAGE = 5000
    NO_STRING_MEMBER = 5001


class RpcError(Exception):
    """An error answer."""

    def __init__(self, code: Code, message: str, *data: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = list(data)

    def document(self, request_id: str) -> dict[str, Any]:
        """Return the error answer to a request."""
        error = {"code": int(self.code), "message": self.message, "data": self.data}
        return {"jsonrpc": "2.0", "id": request_id, "error": error}


def success(request_id: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the success answer to a request."""
    return {"jsonrpc": "2.0", "id": request_id, "result": dict(result)}


def valid_id(value: object) -> bool:
    """Whether a request id is what OpenEMS takes: a UUID as text."""
    if not isinstance(value, str):
        return False
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


def require(user: User | None, role: Role, resource: str) -> None:
    """Guard a method. Raises RpcError: code 1 with a null-pointer text without a login, 1002 for too low a role."""
    if user is None:
        raise RpcError(
            Code.GENERIC, 'Cannot invoke "io.openems.edge.common.user.User.getRole()" because "user" is null'
        )
    if user.role < role:
        raise RpcError(
            Code.ROLE_ACCESS_DENIED,
            f"Access to this resource [{resource}] is denied for User [{user.id}] with Role [{user.role.name}]",
            resource,
            user.id,
            user.role.name,
        )


def member(params: Params, name: str) -> Any:
    """Return a member that must be there. Raises RpcError."""
    if name not in params:
        raise RpcError(Code.INVALID_MESSAGE, f"JSON [{dict(params)}] has no member [{name}]", name)
    return params[name]


def text(params: Params, name: str) -> str:
    """Return a member that must be a text. Raises RpcError."""
    value = member(params, name)
    if not isinstance(value, str):
        raise RpcError(Code.NO_STRING_MEMBER, f"JSON member [{name}] is not a String: {value}", name)
    return value


class EdgeMethods:
    """The methods of one Edge. ``set_value_controller`` is the API controller that ``setChannelValue`` goes through."""

    def __init__(self, core: EdgeCore, set_value_controller: str | None) -> None:
        self._core = core
        self._controller = set_value_controller
        self._methods: dict[str, Callable[[User | None, Params], dict[str, Any]]] = {
            "getEdgeConfig": self._edge_config,
            "componentJsonApi": self._component_json_api,
            "setChannelValue": self._set_channel_value,
            "updateComponentConfig": self._update_component_config,
            "queryHistoricTimeseriesData": self._history_data,
            "queryHistoricTimeseriesEnergy": self._history_energy,
            "queryHistoricTimeseriesEnergyPerPeriod": self._history_energy_per_period,
        }

    def call(self, user: User | None, method: str, params: Params) -> dict[str, Any]:
        """Answer one call. Raises RpcError."""
        handler = self._methods.get(method)
        if handler is None:
            raise RpcError(Code.GENERIC, f'Endpoint with method "{method}" is not defined!')
        return handler(user, params)

    def _edge_config(self, user: User | None, _params: Params) -> dict[str, Any]:
        require(user, Role.GUEST, "getEdgeConfig")
        return self._core.configuration.document()

    def _component_json_api(self, _user: User | None, params: Params) -> dict[str, Any]:
        component_id = text(params, "componentId")
        payload = member(params, "payload")
        if not isinstance(payload, dict):
            raise RpcError(Code.INVALID_MESSAGE, "JSON member [payload] is not a JsonObject")
        method = text(payload, "method")
        if component_id != "_componentManager" or method != "getChannelsOfComponent":
            self._known(component_id)
            raise RpcError(Code.GENERIC, f'Endpoint with method "{method}" is not defined!')
        inner = payload.get("params")
        component = self._known(text(inner if isinstance(inner, dict) else {}, "componentId"))
        return {"channels": [document(channel) for channel in component.channels]}

    def _set_channel_value(self, user: User | None, params: Params) -> dict[str, Any]:
        require(user, Role.ADMIN, "setChannelValue")
        component_id, channel_id = text(params, "componentId"), text(params, "channelId")
        value = member(params, "value")
        self._known(component_id)
        if self._controller is None:
            raise RpcError(Code.GENERIC, "There is no API controller that could write")
        try:
            channel = self._core.channel(component_id, channel_id)
        except UnknownChannel:
            raise RpcError(Code.GENERIC, f"Channel [{component_id}/{channel_id}] is not defined.") from None
        if not channel.writable:
            raise RpcError(Code.GENERIC, f"[{component_id}/{channel_id}] is not a Write Channel")
        self._core.write(self._controller, f"{component_id}/{channel_id}", value)
        return {}

    def _update_component_config(self, user: User | None, params: Params) -> dict[str, Any]:
        require(user, Role.OWNER, "updateComponentConfig")
        component_id = text(params, "componentId")
        self._known(component_id)
        try:
            properties = {str(item["name"]): item["value"] for item in member(params, "properties")}
            self._core.update_component(component_id, properties)
        except (TypeError, KeyError) as error:
            raise RpcError(
                Code.INVALID_MESSAGE, f"properties are not a list of name and value: {error!r}"
            ) from None
        except UnknownProperty as error:
            message = f"Applying configuration to Component [{component_id}] failed: {error}"
            raise RpcError(Code.CONFIGURATION_FAILED, message, component_id) from None
        return {}

    def _known(self, component_id: str) -> Any:
        try:
            return self._core.component(component_id)
        except UnknownComponent:
            message = f"Component [{component_id}] is not available"
            raise RpcError(Code.NO_SUCH_COMPONENT, message, component_id) from None

    # History

    def _history_data(self, _user: User | None, params: Params) -> dict[str, Any]:
        timedata, steps = self._timedata(), self._steps(params)
        data = {channel: timedata.data(channel, steps) for channel in _channels(params)}
        return {"timestamps": [history.timestamp(begin) for begin, _ in steps], "data": data}

    def _history_energy_per_period(self, _user: User | None, params: Params) -> dict[str, Any]:
        timedata, steps = self._timedata(), self._steps(params)
        data = {channel: [timedata.energy(channel, *step) for step in steps] for channel in _channels(params)}
        return {"timestamps": [history.timestamp(begin) for begin, _ in steps], "data": data}

    def _history_energy(self, _user: User | None, params: Params) -> dict[str, Any]:
        timedata = self._timedata()
        try:
            begin, end = history.day_bounds(
                text(params, "fromDate"), text(params, "toDate"), str(params.get("timezone", "UTC"))
            )
        except ValueError as error:
            raise RpcError(Code.GENERIC, str(error)) from None
        known = timedata.first_moment()
        begin = max(begin, known) if known is not None else begin
        return {"data": {channel: timedata.energy(channel, begin, end) for channel in _channels(params)}}

    def _timedata(self) -> history.History:
        if self._core.history is None:
            raise RpcError(Code.GENERIC, "There is no Timedata-Service available!")
        return self._core.history

    @staticmethod
    def _steps(params: Params) -> list[tuple[int, int]]:
        resolution = params.get("resolution") or {"value": 15, "unit": "MINUTES"}
        try:
            return history.steps_between(
                text(params, "fromDate"),
                text(params, "toDate"),
                str(params.get("timezone", "UTC")),
                int(resolution["value"]),
                str(resolution["unit"]).upper(),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise RpcError(Code.GENERIC, str(error)) from None


def _channels(params: Params) -> list[str]:
    channels = member(params, "channels")
    if not isinstance(channels, list) or not all(isinstance(channel, str) for channel in channels):
        raise RpcError(Code.INVALID_MESSAGE, "JSON member [channels] is not an array of channel addresses")
    return channels
