"""The Edge's configuration document (``getEdgeConfig``) as values. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openems_bridge.edge.outage import EdgeWrongAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredComponent:
    """One component: what it is (factory and natures, by their simple names) and how it is set."""

    id: str
    alias: str
    factory: str
    natures: frozenset[str]
    properties: Mapping[str, Any]

    @property
    def enabled(self) -> bool:
        """Whether the component runs; one that does not say so does."""
        return self.flag("enabled", default=True)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean property."""
        value = self.properties.get(name)
        if isinstance(value, str):
            return value.strip().lower() == "true"
        return default if value is None else bool(value)

    def number(self, name: str) -> int | None:
        """Return an integer property, None where it is missing or no number."""
        value = self.properties.get(name)
        if isinstance(value, bool):
            return None
        try:
            return None if value is None else int(value)
        except ValueError, TypeError, OverflowError:
            return None

    def text(self, name: str) -> str | None:
        """Return a text property, None where it is missing or empty."""
        value = self.properties.get(name)
        return value if isinstance(value, str) and value else None

    def ids(self, name: str) -> tuple[str, ...]:
        """Return a property that lists component ids; a single id stands for a list of one."""
        value = self.properties.get(name)
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, list):
            return tuple(item for item in value if isinstance(item, str) and item)
        return ()


@dataclass(frozen=True, slots=True)
class EdgeConfiguration:
    """All components of an Edge by id."""

    components: Mapping[str, ConfiguredComponent]

    def enabled(self) -> Iterator[ConfiguredComponent]:
        """Yield the components that run, in the order of their ids."""
        return (self.components[key] for key in sorted(self.components) if self.components[key].enabled)

    def with_nature(self, nature: str) -> tuple[ConfiguredComponent, ...]:
        """Return the running components of a nature, such as ``SymmetricEss``."""
        return tuple(component for component in self.enabled() if nature in component.natures)


def parse_configuration(document: Mapping[str, Any]) -> EdgeConfiguration:
    """Read a ``getEdgeConfig`` result or an ``edgeConfig`` notification.

    Raises EdgeWrongAnswer where ``components`` or ``factories`` are missing.
    """
    components, factories = document.get("components"), document.get("factories")
    if not isinstance(components, dict) or not isinstance(factories, dict):
        raise EdgeWrongAnswer("The Edge's configuration has no components and factories.")
    return EdgeConfiguration(
        {
            component_id: _component(component_id, description, factories)
            for component_id, description in components.items()
            if isinstance(description, dict)
        }
    )


def _component(
    component_id: str, description: dict[str, Any], factories: dict[str, Any]
) -> ConfiguredComponent:
    factory = str(description.get("factoryId", ""))
    properties = description.get("properties")
    described = factories.get(factory)
    natures = described.get("natureIds") if isinstance(described, dict) else None
    return ConfiguredComponent(
        id=component_id,
        alias=str(description.get("alias") or component_id),
        factory=factory,
        natures=frozenset(str(n).rpartition(".")[2] for n in natures)
        if isinstance(natures, list)
        else frozenset(),
        properties=properties if isinstance(properties, dict) else {},
    )
