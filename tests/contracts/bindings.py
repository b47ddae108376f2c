"""Writes dems_protocol/contracts/ from forge's output: `make bindings` (or `python -m tests.contracts.bindings`).

A module for each contract with a class for each function, event and error, `structs.py` with what they share, and
`artifacts/` with ABI and creation code. `dems_protocol/contracts/abi.py` and `conversions.py` are written by hand.
"""

import json
import keyword
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

ROOT = Path(__file__).parents[2]
OUT = ROOT / "contracts" / "out"
TARGET = ROOT / "dems_protocol" / "contracts"
CONTRACTS = (
    "AccessManager",
    "Certificates",
    "Challenges",
    "CommunityRegistry",
    "Demands",
    "DemoCurrency",
    "DirectInclusion",
    "ERC2771Forwarder",
    "MeterLedger",
    "Netting",
    "RenewableEnergyAccount",
    # What they have in common with those above (accounts and bonds) is decoded as theirs: the market comes last.
    "Market",
    "MarketDemands",
    "MarketTerms",
    "Orders",
    "ResultChallenges",
    "SetChallenges",
    "Suggestions",
)
HEADER = '"""{title}\n\nGenerated from contracts/ by tests/contracts/bindings.py: do not edit.\n"""\n\n'

type Json = dict[str, Any]


def build(out: Path = OUT) -> None:
    """Compile the contracts with forge; raises CalledProcessError, with forge's output, if that fails."""
    command = ["node_modules/.bin/forge", "build", "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=300)


def render(out: Path = OUT) -> dict[str, str]:
    """Return the generated files' texts by their paths below dems_protocol/contracts, formatted."""
    artifacts = {name: json.loads((out / f"{name}.sol" / f"{name}.json").read_text()) for name in CONTRACTS}
    structs = Structs(_read_enums())
    files: dict[str, str] = {}
    for name, artifact in artifacts.items():
        files[f"{snake(name)}.py"] = _format(_Module(name, artifact, structs).render())
        kept = {"abi": artifact["abi"], "bytecode": artifact["bytecode"]["object"]}
        files[f"artifacts/{name}.json"] = json.dumps(kept, separators=(",", ":")) + "\n"
    files["structs.py"] = _format(structs.render())
    files["__init__.py"] = _format(_render_index())
    return files


def write(files: dict[str, str]) -> None:
    """Write the files and remove what is no longer generated."""
    (TARGET / "artifacts").mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (TARGET / path).write_text(text)


def snake(name: str) -> str:
    """Return a Solidity name as Python writes it."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.lstrip("_")).lower()
    return f"{spaced}_" if keyword.iskeyword(spaced) else spaced


def pascal(name: str) -> str:
    """Return a Solidity name as a Python class is written."""
    if name.isupper():
        return "".join(part.capitalize() for part in name.split("_"))
    name = name.lstrip("_")
    return name[0].upper() + name[1:]


def _read_enums() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source in sorted((ROOT / "contracts" / "src").rglob("*.sol")):
        for name, body in re.findall(r"^\s*enum (\w+) \{([^}]*)\}", source.read_text(), re.MULTILINE):
            found[name] = [member.strip() for member in body.split(",")]
    return found


def _format(text: str) -> str:
    ruff = ROOT / ".venv" / "bin" / "ruff"
    for arguments in (("check", "--fix-only", "--select", "I,F401"), ("format",)):
        command = [ruff, *arguments, "--quiet", "--stdin-filename", str(TARGET / "generated.py"), "-"]
        run = subprocess.run(command, input=text, cwd=ROOT, check=True, capture_output=True, text=True)
        text = run.stdout
    return text


def _doc(notice: str, otherwise: str) -> str:
    text = " ".join(notice.split()) or otherwise
    text = text[0].upper() + text[1:]
    return json.dumps(text if text.endswith(".") else f"{text}.", ensure_ascii=False)[1:-1].replace(
        '\\"', '"'
    )


@dataclass(frozen=True)
class _Value:
    """A parameter, field or return value: how Python types and decodes it."""

    name: str
    abi_type: str
    python_type: str
    decoding: str


class Structs:
    """The structs and enums that the contracts share, collected while the modules are rendered."""

    def __init__(self, enums: dict[str, list[str]]) -> None:
        self._enums = enums
        self._structs: dict[str, Json] = {}
        self._used_enums: set[str] = set()

    def value(self, parameter: Json, name: str, *, prefix: str = "structs.", item: str = "") -> _Value:
        """Describe a parameter; ``item`` is the expression that holds its decoded value."""
        base, *dimensions = re.split(r"(?=\[)", parameter["type"])
        python_type, decoding = self._base(parameter, base, prefix, item if not dimensions else "item")
        for depth, _ in enumerate(dimensions):
            outer = item if depth == len(dimensions) - 1 else "item"
            decoding = f"tuple({decoding} for item in {outer})" if decoding != "item" else f"tuple({outer})"
            python_type = f"tuple[{python_type}, ...]"
        return _Value(name, self.abi_type(parameter), python_type, decoding)

    def abi_type(self, parameter: Json) -> str:
        """Return the canonical type: tuples written out."""
        kind: str = parameter["type"]
        if not kind.startswith("tuple"):
            return kind
        inner = ",".join(self.abi_type(component) for component in parameter["components"])
        return f"({inner}){kind.removeprefix('tuple')}"

    def _base(self, parameter: Json, base: str, prefix: str, item: str) -> tuple[str, str]:
        internal = parameter.get("internalType", "")
        if base == "tuple":
            name = internal.split()[-1].split(".")[-1].split("[")[0]
            self._add(name, parameter)
            return f"{prefix}{name}", f"{prefix}{name}.of({item})"
        if internal.startswith("enum "):
            name = internal.split()[-1].split(".")[-1].split("[")[0]
            self._used_enums.add(name)
            return f"{prefix}{name}", f"{prefix}{name}({item})"
        if base == "address":
            return "bytes", f"address({item})"
        if base.startswith("bytes"):
            return "bytes", item
        return {"bool": "bool", "string": "str"}.get(base, "int"), item

    def _add(self, name: str, parameter: Json) -> None:
        known = self._structs.get(name)
        if known is not None:
            if self.abi_type(known).rstrip("[]0123456789") != self.abi_type(parameter).rstrip("[]0123456789"):
                raise ValueError(f"two different structs are called {name}")
            return
        self._structs[name] = parameter
        for component in parameter["components"]:
            self.value(component, "", prefix="")

    def render(self) -> str:
        """Return the text of structs.py."""
        lines = [HEADER.format(title="The structs and enums that the contracts share.")]
        lines += [
            "from collections.abc import Sequence\nfrom dataclasses import dataclass\nfrom enum import IntEnum\n"
        ]
        lines += [
            "from typing import Any, Self\n\nfrom dems_protocol.contracts.abi import Struct, address\n\n"
        ]
        for name in sorted(self._used_enums):
            lines.append(f'class {name}(IntEnum):\n    """``{name}`` of the contracts."""\n')
            lines += [f"    {snake(m).upper()} = {i}" for i, m in enumerate(self._enums[name])]
        for name, parameter in self._ordered():
            values = [
                self.value(component, snake(component["name"]), prefix="", item=f"values[{i}]")
                for i, component in enumerate(parameter["components"])
            ]
            lines.append(
                f'\n\n@dataclass(frozen=True, slots=True)\nclass {name}(Struct):\n    """``struct {name}``."""\n'
            )
            lines += [f"    {value.name}: {value.python_type}" for value in values]
            lines.append(_of(values, "values"))
        return "\n".join(lines)

    def _ordered(self) -> Iterable[tuple[str, Json]]:
        done: set[str] = set()

        def visit(name: str) -> Iterable[tuple[str, Json]]:
            if name in done:
                return
            done.add(name)
            for component in self._structs[name]["components"]:
                if component["type"].startswith("tuple"):
                    yield from visit(component["internalType"].split()[-1].split(".")[-1].split("[")[0])
            yield name, self._structs[name]

        for name in sorted(self._structs):
            yield from visit(name)


def _of(values: list[_Value], argument: str) -> str:
    decoded = ", ".join(value.decoding for value in values)
    return (
        f"\n    @classmethod\n    def of(cls, {argument}: Sequence[Any]) -> Self:\n"
        f'        """Build it from decoded values."""\n        return cls({decoded})'
    )


class _Module:
    """One contract's module."""

    def __init__(self, name: str, artifact: Json, structs: Structs) -> None:
        self._name = name
        self._structs = structs
        self._abi = sorted(artifact["abi"], key=lambda entry: (entry["type"], entry.get("name", "")))
        output = json.loads(artifact["rawMetadata"])["output"]
        self._notices = {
            "function": output["userdoc"].get("methods", {}),
            "event": output["userdoc"].get("events", {}),
            "error": output["userdoc"].get("errors", {}),
        }
        self._title = output["devdoc"].get("title", "")
        self._taken: set[str] = set()

    def render(self) -> str:
        """Return the module's text."""
        title = _doc(self._title, f"The contract {self._name}")
        lines = [HEADER.format(title=title)]
        lines += [
            "from collections.abc import Sequence\nfrom dataclasses import dataclass\nfrom typing import Any, ClassVar, Self\n"
        ]
        lines.append(
            "from dems_protocol.contracts import structs\n"
            "from dems_protocol.contracts.abi import Call, Event, RevertReason, address, encode_arguments\n"
        )
        events, errors = [], []
        for entry in self._abi:
            if entry["type"] == "constructor":
                lines.append(self._constructor(entry))
            elif entry["type"] == "function":
                lines.append(self._function(entry))
            elif entry["type"] == "event":
                events.append(self._class_name(entry, "Event"))
                lines.append(self._event(entry, events[-1]))
            elif entry["type"] == "error":
                errors.append(self._class_name(entry, "Error"))
                lines.append(self._error(entry, errors[-1]))
        lines.append(f"\n\nEVENTS: tuple[type[Event], ...] = ({''.join(f'{e}, ' for e in events)})")
        lines.append(f"ERRORS: tuple[type[RevertReason], ...] = ({''.join(f'{e}, ' for e in errors)})")
        return "\n".join(lines)

    def _class_name(self, entry: Json, suffix: str = "") -> str:
        name, number = f"{pascal(entry['name'])}{suffix}", 2
        while name in self._taken:
            name, number = f"{pascal(entry['name'])}{number}{suffix}", number + 1
        self._taken.add(name)
        return name

    def _signature(self, entry: Json) -> str:
        return f"{entry['name']}({','.join(map(self._structs.abi_type, entry['inputs']))})"

    def _notice(self, entry: Json) -> str:
        found = self._notices[entry["type"]].get(self._signature(entry), {})
        if isinstance(found, list):
            found = found[0] if found else {}
        return str(found.get("notice", ""))

    def _values(self, parameters: list[Json]) -> list[_Value]:
        return [
            self._structs.value(p, snake(p["name"]) or f"value_{i}", item=f"values[{i}]")
            for i, p in enumerate(parameters)
        ]

    def _function(self, entry: Json) -> str:
        name, signature = self._class_name(entry), self._signature(entry)
        inputs, outputs = self._values(entry["inputs"]), self._values(entry["outputs"])
        if not outputs:
            returns, body = "None", "return"
        else:
            types, decoded = ([v.python_type for v in outputs], [v.decoding for v in outputs])
            returns = types[0] if len(types) == 1 else f"tuple[{', '.join(types)}]"
            body = f"result: {returns} = {', '.join(decoded)}\n        return result"
        constants = _constant("SELECTOR", _hex(keccak(signature.encode())[:4]), "bytes")
        constants += _types("INPUTS", inputs) + _types("OUTPUTS", outputs)
        notice = self._notice(entry)
        if len(outputs) > 1 and all(p["name"] for p in entry["outputs"]):
            notice = f"{notice.rstrip('.')}. Returns {', '.join(value.name for value in outputs)}".lstrip(
                ". "
            )
        header = _header(
            name, f"Call[{returns}]", _doc(notice, f"Call ``{entry['name']}``"), constants, inputs
        )
        return (
            f"{header}{_of(inputs, 'values')}\n\n    @classmethod\n"
            f"    def _result(cls, values: Sequence[Any]) -> {returns}:\n        {body}\n"
        )

    def _event(self, entry: Json, name: str) -> str:
        inputs = self._values(entry["inputs"])
        for parameter in entry["inputs"]:
            if parameter["indexed"] and parameter["type"] in ("string", "bytes"):
                raise ValueError(
                    f"{entry['name']} indexes {parameter['name']}, which only its hash would tell"
                )
        indexed = [v for v, p in zip(inputs, entry["inputs"], strict=True) if p["indexed"]]
        data = [v for v, p in zip(inputs, entry["inputs"], strict=True) if not p["indexed"]]
        order = [[*indexed, *data].index(value) for value in inputs]
        constants = _constant("TOPIC", _hex(keccak(self._signature(entry).encode())), "bytes")
        constants += _types("INDEXED", indexed) + _types("DATA", data)
        constants += _constant("ORDER", f"({''.join(f'{place}, ' for place in order)})", "tuple[int, ...]")
        header = _header(
            name, "Event", _doc(self._notice(entry), f"``event {entry['name']}``"), constants, inputs
        )
        return header + _of(inputs, "values") + "\n"

    def _error(self, entry: Json, name: str) -> str:
        inputs = self._values(entry["inputs"])
        signature = self._signature(entry)
        notice = " ".join(self._notice(entry).split())
        constants = _constant("SELECTOR", _hex(keccak(signature.encode())[:4]), "bytes")
        constants += _types("INPUTS", inputs) + _constant(
            "NOTICE", json.dumps(notice, ensure_ascii=False), "str"
        )
        header = _header(name, "RevertReason", _doc(notice, f"``error {entry['name']}``"), constants, inputs)
        return header + _of(inputs, "values") + "\n"

    def _constructor(self, entry: Json) -> str:
        inputs = self._values(entry["inputs"])
        parameters = ", ".join(f"{value.name.rstrip('_')}: {value.python_type}" for value in inputs)
        types = ", ".join(f'"{value.abi_type}"' for value in inputs)
        names = "".join(f", {value.name.rstrip('_')}" for value in inputs)
        keyword_only = f"*, {parameters}" if parameters else ""
        return (
            f"\n\ndef constructor_arguments({keyword_only}) -> bytes:\n"
            f'    """Return what follows the creation code in the deployment of this contract."""\n'
            f"    return encode_arguments([{types}]{names})\n"
        )


def _header(name: str, base: str, doc: str, constants: str, values: list[_Value]) -> str:
    body = "".join(f"    {value.name}: {value.python_type}\n" for value in values)
    return f'\n\n@dataclass(frozen=True, slots=True)\nclass {name}({base}):\n    """{doc}"""\n\n{constants}{body}'


def _constant(name: str, value: str, kind: str) -> str:
    return f"    {name}: ClassVar[{kind}] = {value}\n"


def _types(name: str, values: list[_Value]) -> str:
    inner = "".join(f'"{value.abi_type}", ' for value in values)
    return _constant(name, f"({inner})", "tuple[str, ...]")


def _hex(data: bytes) -> str:
    return f'bytes.fromhex("{data.hex()}")'


def _render_index() -> str:
    modules = [snake(name) for name in CONTRACTS]
    imports = f"from dems_protocol.contracts import {', '.join(sorted(modules))}\n"
    return (
        HEADER.format(
            title="The contracts as Python sees them: a module each, with calls, events and errors."
        )
        + "import json\nfrom collections.abc import Sequence\nfrom functools import cache\n"
        + "from importlib.resources import files\nfrom typing import Any\n\n"
        + imports
        + "from dems_protocol.contracts.abi import Event, RevertReason\n\n"
        + f"_ERRORS: tuple[type[RevertReason], ...] = ({', '.join(f'*{m}.ERRORS' for m in modules)})\n"
        + f"_EVENTS: tuple[type[Event], ...] = ({', '.join(f'*{m}.EVENTS' for m in modules)})\n"
        + '''

@cache
def artifact(contract: str) -> dict[str, Any]:
    """Return ``abi`` and ``bytecode`` (creation code) of a contract; FileNotFoundError for an unknown one."""
    text = files(__name__).joinpath("artifacts", f"{contract}.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def creation_code(contract: str) -> bytes:
    """Return what a deployment starts with, to be followed by the constructor's arguments."""
    return bytes.fromhex(artifact(contract)["bytecode"].removeprefix("0x"))


def decode_error(data: bytes) -> RevertReason | None:
    """Return the custom error of a revert, whichever of the contracts it came from; None if it is none of theirs."""
    for error in _ERRORS:
        if data[:4] == error.SELECTOR:
            return error.decode(data)
    return None


def decode_event(topics: Sequence[bytes], data: bytes) -> Event | None:
    """Return the event of a log, whichever of the contracts it came from; None if it is none of theirs.

    Raises MalformedData for a log that claims to be one of their events but is damaged.
    """
    for event in _EVENTS:
        if topics and bytes(topics[0]) == event.TOPIC and len(topics) == len(event.INDEXED) + 1:
            return event.decode(topics, data)
    return None
'''
    )


if __name__ == "__main__":
    build()
    write(render())
