"""Which mutations may answer with which refusal: read from the code, from their inputs down to the SQL functions.

Names are followed through functions, and nothing is run. What is found may need a state that a mutation never meets:
"may". What the domain decides is found by the act; what every mutation may answer is left to `EVERY`.
"""

from __future__ import annotations

import dis
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from inspect import getmembers, isfunction, unwrap
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from strawberry.types import get_object_definition

from api.schema import Mutation
from domain import acts
from domain.decide import RULES
from domain.deciding.drafting import draft_concertation
from domain.deciding.signing import SIGNABLE_ACTS
from domain.refusals import Code
from domain.rights import TABLE, Standing
from store.informing import INFORMANTS

MIGRATIONS = Path(__file__).parents[1] / "store" / "migrations"
EVERY = frozenset({Code.NOT_ALLOWED, Code.TOKEN_REACH_MISSING, Code.INPUT_INVALID})
"""What any mutation may answer."""
_OURS = ("domain.", "store.", "api.", "server.")
_KNOW_ALL = frozenset(
    {
        "api.refusals",
        "domain.decide",
        "domain.evolve",
        "domain.refusals",
        "domain.texts",
        "store.contribution_refusals",
    }
)
"""Modules that name every code or every act."""
_ACTS = {kind.__name__: kind for kind in acts.Act.__args__}


def answered() -> dict[Code, list[str]]:
    """Give the mutations that may answer with each code, in the order of the alphabet."""
    found: dict[Code, list[str]] = defaultdict(list)
    definition = get_object_definition(Mutation, strict=True)
    for field in sorted(definition.fields, key=lambda one: one.python_name):
        assert field.base_resolver is not None
        name = _camel(field.python_name)
        for code in _Reach().through(field.base_resolver.wrapped_func):
            if code not in EVERY:
                found[code].append(name)
    return found


class _Reach:
    """What one mutation reaches."""

    def __init__(self) -> None:
        self.codes: set[Code] = set()
        self._seen: set[object] = set()

    def through(self, resolver: Any) -> set[Code]:
        """Follow a resolver, and give the codes."""
        self._follow(resolver)
        return self.codes

    def _follow(self, found: object) -> None:
        if isinstance(found, FunctionType):
            self._function(unwrap(found))
        elif isinstance(found, type) and found.__module__.startswith(_OURS):
            self._class(found)
        elif isinstance(found, str) and "SELECT" in found:
            self.codes |= _codes_of_sql(found)

    def _class(self, found: type) -> None:
        if found.__name__ in _ACTS and _ACTS[found.__name__] is found:
            self._act(found)
        elif found.__name__.endswith("Input") and found not in self._seen:
            self._seen.add(found)
            names = {one.name for one in fields(found)} if hasattr(found, "__dataclass_fields__") else set()
            if "idempotency_key" in names:
                self.codes.add(Code.IDEMPOTENCY_KEY_REUSED)
            for _, method in getmembers(found, isfunction):
                self._follow(method)

    def _act(self, kind: type) -> None:
        """What the decider says of an act: of the state of the concertation, of the signatures, of the act itself."""
        if kind is acts.DraftConcertation:
            self.codes.add(Code.SLUG_TAKEN)  # PostgreSQL says so, to whoever records
            self._follow(draft_concertation)
        rule = RULES.get(kind)
        if rule is None or kind in self._seen:
            return
        self._seen.add(kind)
        self.codes.add(Code.UNKNOWN_CONCERTATION)
        if kind in SIGNABLE_ACTS:
            self.codes.add(Code.PROPOSAL_PENDING)
        name = next(str(one.default) for one in fields(kind) if one.name == "kind")
        states = TABLE[name].states
        if Standing.OVER not in states:
            self.codes.add(Code.CONCERTATION_OVER)
        if Standing.DRAFT not in states:
            self.codes.add(Code.NOT_LAUNCHED)
        self._follow(rule.do)
        self._follow(INFORMANTS.get(kind))

    def _function(self, function: FunctionType) -> None:
        module = function.__module__
        if function in self._seen or not module.startswith(_OURS) or module in _KNOW_ALL:
            return
        self._seen.add(function)
        for cell in function.__closure__ or ():
            self._follow(cell.cell_contents)
        known = function.__globals__
        kinds = {name: _plain(given, known) for name, given in function.__annotations__.items()}
        for given in kinds.values():
            self._follow(given)
        if "." in function.__qualname__:
            kinds["self"] = known.get(function.__qualname__.split(".")[0])
        self._code(function.__code__, known, kinds)

    def _code(self, code: CodeType, known: Mapping[str, Any], kinds: Mapping[str, object]) -> None:
        """Follow each name, and each attribute of a module, of a class, or of an argument whose class is known."""
        held: object = None
        for step in dis.get_instructions(code):
            match step.opname:
                case "LOAD_GLOBAL" | "LOAD_NAME":
                    held = known.get(step.argval)
                    if isinstance(held, Mapping):
                        self.codes |= {value for value in held.values() if isinstance(value, Code)}
                    elif held is not Code:
                        self._follow(held)
                case name if name.startswith(("LOAD_FAST", "LOAD_DEREF")):
                    held = kinds.get(step.argval[-1] if isinstance(step.argval, tuple) else step.argval)
                case "LOAD_ATTR" | "LOAD_METHOD":
                    held = _attribute(held, step.argval)
                    if isinstance(held, Code):
                        self.codes.add(held)
                    else:
                        self._follow(held)
                case "LOAD_CONST":
                    held = None
                    if isinstance(step.argval, CodeType):
                        self._code(step.argval, known, kinds)
                    else:
                        self._follow(step.argval)
                case _:
                    held = None


def _attribute(held: object, name: str) -> object:
    """Give a function or a class of a module, a code, or a method."""
    if isinstance(held, ModuleType) and not held.__name__.startswith(_OURS):
        return None
    found = getattr(held, name, None) if isinstance(held, ModuleType | type) else None
    return found.fget if isinstance(found, property) else found


def _plain(given: object, known: Mapping[str, Any]) -> object:
    """Give the class that an annotation names, with what `Annotated` lays around it."""
    if isinstance(given, str):
        return known.get(given)
    return getattr(given, "__origin__", given)


@cache
def _codes_of_sql(text: str) -> frozenset[Code]:
    """Give the codes of the SQL functions that a statement calls."""
    bodies = _functions()
    waiting, seen, codes = [text], set[str](), set[Code]()
    while waiting:
        body = waiting.pop()
        if body is not text:
            codes |= {Code[word] for word in re.findall(r"'([A-Z_]+)'", body) if word in Code.__members__}
        for name in set(re.findall(r"\b([a-z_]+)\s*\(", body)) & bodies.keys() - seen:
            seen.add(name)
            waiting.append(bodies[name])
    return frozenset(codes)


@cache
def _functions() -> dict[str, str]:
    """Give the body of each SQL function as the last migration has it."""
    found = {}
    for file in sorted(MIGRATIONS.glob("*.sql")):
        applied = file.read_text().split("-- migrate:down")[0]
        for part in re.split(r"(?=CREATE (?:OR REPLACE )?FUNCTION )", applied)[1:]:
            name = re.match(r"CREATE (?:OR REPLACE )?FUNCTION (?:\w+\.)?(\w+)", part)
            assert name is not None
            found[name[1]] = part
    return found


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
