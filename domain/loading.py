"""Loading a file from people one does not know into plain values: bounded, strict, with line and column.

Only the plain values of JSON are read (YAML 1.2 core: `no` is a text, not false); no tags, no second document,
no key twice. Aliases are read, within the bounds that any other text has. What the values mean is for those who ask.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import yaml

from domain.free_text import is_storable
from domain.refusals import Finding

MAX_BYTES = 1 << 20
MAX_NODES = 20_000
MAX_DEPTH = 32
_MAX_ALIASES = 200

Path = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, both from 1."""


class Unreadable(Exception):
    """A file cannot be read further than this."""

    def __init__(self, code: str, place: Place | None = None, path: Path = (), **args: str | int) -> None:
        found = dict(args) if place is None else {**args, "line": place[0], "column": place[1]}
        self.finding = Finding(code, path, found)


def load(source: str | bytes) -> tuple[Any, dict[Path, Place]]:
    """Give the plain values of a YAML or JSON file, and where each stands (nowhere, in JSON).

    Raises:
        Unreadable: the file cannot be read further than a place.
    """
    text = decoded(source)
    return _from_json(text) if text.lstrip()[:1] == "{" else _from_yaml(text)


def placed(finding: Finding, places: Mapping[Path, Place]) -> Finding:
    """Add line and column to a finding: of its path, or of what is around it."""
    for length in range(len(finding.path), -1, -1):
        if finding.path[:length] in places:
            line, column = places[finding.path[:length]]
            return replace(finding, args={**finding.args, "line": line, "column": column})
    return finding


def excess(raw: object) -> Finding | None:
    """Say whether values that came another way than through a file are too many or too deep."""
    waiting: list[tuple[object, int]] = [(raw, 1)]
    nodes = 0
    while waiting:
        value, depth = waiting.pop()
        nodes += 1
        if nodes > MAX_NODES:
            return Finding("too_many_nodes", (), {"maximum": MAX_NODES})
        if depth > MAX_DEPTH:
            return Finding("too_deep", (), {"maximum": MAX_DEPTH})
        if isinstance(value, Mapping):
            waiting.extend((part, depth + 1) for part in value.values())
        elif isinstance(value, list | tuple):
            waiting.extend((part, depth + 1) for part in value)
    return None


def cleaned(value: object, path: Path, findings: dict[Path, Finding]) -> Any:
    """Copy values without the characters that no text may have; each text that had one is a finding."""
    if isinstance(value, str) and not is_storable(value):
        findings[path] = Finding("text_invalid", path)
        return "".join(char for char in value if is_storable(char)) or "?"
    if isinstance(value, Mapping):
        keys = {key: cleaned(key, path, findings) for key in value}
        return {keys[key]: cleaned(part, (*path, str(keys[key])), findings) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(part, (*path, index), findings) for index, part in enumerate(value)]
    return value


def decoded(source: str | bytes) -> str:
    """Give the text of a file: UTF-8, of a bounded size, without control characters.

    Raises:
        Unreadable: it is none.
    """
    try:
        data = source.encode() if isinstance(source, str) else source
    except UnicodeEncodeError as fault:
        raise Unreadable("text_invalid", _place_at(str(source), fault.start)) from fault
    if len(data) > MAX_BYTES:
        raise Unreadable("file_too_large", maximum=MAX_BYTES, size=len(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Unreadable("not_utf8", position=fault.start) from fault
    for found in re.finditer("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text):
        raise Unreadable("text_invalid", _place_at(text, found.start()))
    if not text.strip():
        raise Unreadable("file_empty")
    return text


def _place_at(text: str, position: int) -> Place:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


# JSON ---------------------------------------------------------------------------------------------


def _from_json(text: str) -> tuple[Any, dict[Path, Place]]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise Unreadable("key_twice", key=key)
            found[key] = value
        return found

    def no_constant(name: str) -> NoReturn:
        raise Unreadable("not_json", message=name)

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=no_constant), {}
    except json.JSONDecodeError as fault:
        try:
            return _from_yaml(text)  # a flow mapping of YAML begins like JSON
        except Unreadable:
            pass
        raise Unreadable("not_json", (fault.lineno, fault.colno), message=fault.msg) from fault
    except RecursionError as fault:
        raise Unreadable("too_deep", maximum=MAX_DEPTH) from fault
    except ValueError as fault:  # a number of thousands of digits
        raise Unreadable("not_json", message=str(fault)) from fault


# YAML ---------------------------------------------------------------------------------------------

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?([0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def _from_yaml(text: str) -> tuple[Any, dict[Path, Place]]:
    building = _Building()
    try:
        data = building.document(iter(yaml.parse(text, Loader=_LOADER)))
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else None
        raise Unreadable("not_yaml", place, message=fault.problem or fault.context or "") from fault
    except yaml.YAMLError as fault:
        raise Unreadable("not_yaml", message=str(fault).splitlines()[0]) from fault
    return data, building.places


@dataclass(slots=True)
class _Building:
    """Builds plain values from the events of a parser, counting what they would take once every alias is expanded."""

    places: dict[Path, Place] = field(default_factory=dict)
    anchors: dict[str, tuple[Any, int, int] | None] = field(default_factory=dict)
    """Value, number of nodes and depth by anchor; `None` while it is being built."""
    nodes: int = 0
    aliases: int = 0

    def document(self, events: Iterator[Any]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable("several_documents", _mark(event))
            elif isinstance(event, yaml.NodeEvent):
                data, _ = self.node(event, events, (), 1)
        return data

    def node(self, event: Any, events: Iterator[Any], path: Path, depth: int) -> tuple[Any, int]:
        """Give the value that begins with `event`, and how many levels it has."""
        self.places[path] = place = _mark(event)
        self._count(1, place)
        if depth > MAX_DEPTH:
            raise Unreadable("too_deep", place, path, maximum=MAX_DEPTH)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place, path, depth)
        if event.tag is not None:
            raise Unreadable("tag_refused", place, path, tag=event.tag)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        before = self.nodes
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value, levels = _scalar(event, place, path), 1
        elif isinstance(event, yaml.SequenceStartEvent):
            value, levels = self._sequence(events, path, depth)
        else:
            value, levels = self._mapping(events, path, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = value, self.nodes - before + 1, levels
        return value, levels

    def _sequence(self, events: Iterator[Any], path: Path, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        levels = 0
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            value, below = self.node(event, events, (*path, len(found)), depth + 1)
            found.append(value)
            levels = max(levels, below)
        return found, levels + 1

    def _mapping(self, events: Iterator[Any], path: Path, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        levels = 0
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            place = _mark(event)
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None or event.anchor is not None:
                raise Unreadable("key_not_text", place, path)
            self._count(1, place)
            key = event.value
            if key in found:
                raise Unreadable("key_twice", place, path, key=key)
            value, below = self.node(next(events), events, (*path, key), depth + 1)
            self.places[(*path, key)] = place
            found[key] = value
            levels = max(levels, below)
        return found, levels + 1

    def _alias(self, event: Any, place: Place, path: Path, depth: int) -> tuple[Any, int]:
        self.aliases += 1
        anchored = self.anchors.get(event.anchor)
        if anchored is None:
            raise Unreadable("alias_unknown", place, path, alias=event.anchor)
        value, nodes, levels = anchored
        self._count(nodes, place)
        if self.aliases > _MAX_ALIASES:
            raise Unreadable("too_many_aliases", place, path, maximum=_MAX_ALIASES)
        if depth + levels > MAX_DEPTH:
            raise Unreadable("too_deep", place, path, maximum=MAX_DEPTH)
        return value, levels

    def _count(self, nodes: int, place: Place) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise Unreadable("too_many_nodes", place, maximum=MAX_NODES)


def _mark(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(event: Any, place: Place, path: Path) -> str | int | float | bool | None:
    text: str = event.value
    if any("\ud800" <= char <= "\udfff" or char == "\0" for char in text):
        raise Unreadable("text_invalid", place, path)
    if not event.implicit[0]:  # quoted, or a block
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
