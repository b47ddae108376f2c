"""Holds what goes over the wire to openapi.yaml: every response, every accepted request."""

import re
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCUMENT_PATH = Path(__file__).parents[2] / "openems_bridge" / "api" / "openapi.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(DOCUMENT_PATH.read_text())
_URI = "urn:openapi"
_REGISTRY: Registry[Any] = Registry().with_resource(_URI, DRAFT202012.create_resource(DOCUMENT))


def check(schema_name: str, value: Any) -> None:
    """Raise ValidationError where a value is not what components/schemas says."""
    _validator(f"#/components/schemas/{schema_name}").validate(value)


def accepts(schema_name: str, value: Any) -> bool:
    """Return whether a schema of components/schemas takes a value."""
    return bool(_validator(f"#/components/schemas/{schema_name}").is_valid(value))


async def check_response(response: aiohttp.ClientResponse) -> Any:
    """Check status, content type and body of an answer against its operation; return the body."""
    operation = _operation(response.url.path, response.method)
    if operation is None:
        declared = DOCUMENT["components"]["responses"]["Problem"]
        assert response.status >= 400
    else:
        declared = operation["responses"].get(str(response.status))
        if declared is None:
            assert response.status >= 400, f"{response.status} is not documented"
            declared = operation["responses"]["default"]
        if "$ref" in declared:
            declared = DOCUMENT["components"]["responses"][declared["$ref"].rsplit("/", 1)[1]]
    if "content" not in declared:
        assert await response.read() == b""
        return None
    assert response.content_type in declared["content"], response.content_type
    if response.content_type == "text/plain":
        return await response.text()
    body = await response.json(content_type=None)
    schema = declared["content"][response.content_type]["schema"]
    _validator(schema["$ref"]).validate(body)
    if response.status >= 400 and response.content_type == "application/problem+json":
        assert body["status"] == response.status
    return body


def _operation(path: str, method: str) -> dict[str, Any] | None:
    paths = DOCUMENT["paths"]
    named = path if path in paths else next((one for one in paths if _fits(one, path)), path)
    operation: dict[str, Any] | None = paths.get(named, {}).get(method.lower())
    return operation


def _fits(template: str, path: str) -> bool:
    pattern = re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


def _validator(reference: str) -> Any:
    return Draft202012Validator({"$ref": _URI + reference}, registry=_REGISTRY)
