"""The gate: how much a document asks for, counted before it is validated, in one pass that fragments cannot multiply.

Each fragment is measured once, however often it is spread, so that the work is proportional to what was written. It
comes before validation because some rules of validation compare every field with every other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SchemaMetaFieldDef,
    SelectionNode,
    SelectionSetNode,
    TypeMetaFieldDef,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    is_introspection_type,
)

from api.connections import PAGE
from api.faults import AsksTooMuch, Bound

MOST: Mapping[Bound, int] = {
    Bound.LEVELS: 20,
    Bound.FIELDS: 1_000,
    Bound.ROOTS: 20,
    Bound.ALIASES: 100,
    Bound.DIRECTIVES: 50,
    Bound.FRAGMENTS: 50,
    Bound.VALUES: 50,
    Bound.DIGITS: 400,
    Bound.REPEATS: 2_000,
    Bound.COST: 50_000,
}
"""The bounds of a document. What the project's own documents ask for is far below each of them; a test says how far."""

LARGEST_PAGE = 200
"""No connection gives more at once, whatever was asked for."""

_Carrier = SelectionNode | OperationDefinitionNode | FragmentDefinitionNode | VariableDefinitionNode

DEEPEST_WALK = 100
"""So many selections inside each other are followed, fragments included: what is deeper is refused there and then."""


class _PageSize(NamedTuple):
    """How many items a connection is asked for: a number, or a variable with what it is when it is not given."""

    usual: int
    variable: str | None = None

    def of(self, variables: Mapping[str, Any]) -> int:
        """Give the number; of what is none, the usual one: executing refuses it."""
        given = variables.get(self.variable) if self.variable else None
        return _page(given if isinstance(given, int) and not isinstance(given, bool) else self.usual)


@dataclass(slots=True)
class Cost:
    """So many fields an answer may have: those of its own, and for each connection, its page size times its items."""

    own: int = 0
    parts: list[tuple[_PageSize | None, Cost]] = field(default_factory=list)

    def add(self, size: _PageSize | None, part: Cost) -> None:
        """Add what is under a field, as often as a page has items; as it is where there are no pages."""
        if part.parts or (size and size.variable):
            self.parts.append((size, part))
        else:
            self.own += part.own * (size.of({}) if size else 1)

    def of(self, variables: Mapping[str, Any], known: dict[int, int] | None = None) -> int:
        """Give the number of fields, with these variables. Each part is reckoned once."""
        if not self.parts:
            return self.own
        known = {} if known is None else known
        found = known.get(id(self))
        if found is None:
            found = self.own + sum(
                (size.of(variables) if size else 1) * part.of(variables, known) for size, part in self.parts
            )
            known[id(self)] = found
        return found


class Size(NamedTuple):
    """How much a selection asks for, with its fragments written out: levels of nesting, fields, and their cost."""

    depth: int
    fields: int
    cost: Cost
    #: The fields of the selection itself.
    here: int = 0


@dataclass(frozen=True)
class Measure:
    """What a document asks for."""

    #: What the whole document asks for by each bound, cost apart.
    asked: Mapping[Bound, int]
    #: What each of its operations costs, by name.
    costs: Mapping[str, Cost]
    #: How many fields each of its mutations has at its root, by name.
    writes: Mapping[str, int]
    #: Whether it asks for the schema itself.
    introspects: bool
    #: How many nodes were looked at.
    work: int

    def refusal(self) -> AsksTooMuch | None:
        """Say what the document as such asks too much of."""
        for bound, asked in self.asked.items():
            if asked > MOST[bound]:
                return AsksTooMuch(bound, asked, MOST[bound])
        return None

    def refused(
        self, operation: str | None = None, variables: Mapping[str, Any] | None = None
    ) -> AsksTooMuch | None:
        """Say what one of its operations asks too much of, with these variables. Without a name, its only one."""
        costs = self.costs.values() if operation is None else [self.costs.get(operation, Cost())]
        for cost in costs:
            asked = cost.of(variables or {})
            if asked > MOST[Bound.COST]:
                return AsksTooMuch(Bound.COST, asked, MOST[Bound.COST])
        return None


def measure(document: DocumentNode, schema: GraphQLSchema) -> Measure:
    """Count what a document asks for. What validation would refuse, such as unknown fields, counts as it is written.

    Raises:
        AsksTooMuch: it has so many fragments, or such deep ones, that it is not even followed.
    """
    return _Pass(document, schema).measure()


class _Pass:
    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._document = document
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._sizes: dict[str, Size] = {}
        self._open: set[str] = set()
        self._defaults: dict[str, int] = {}
        self._aliases = self._directives = self._walked = self._work = 0
        self._introspects = False

    def measure(self) -> Measure:
        if len(self._fragments) > MOST[Bound.FRAGMENTS]:
            raise AsksTooMuch(Bound.FRAGMENTS, len(self._fragments), MOST[Bound.FRAGMENTS])
        operations = [n for n in self._document.definitions if isinstance(n, OperationDefinitionNode)]
        depth = fields = roots = 0
        costs: dict[str, Cost] = {}
        writes: dict[str, int] = {}
        for node in operations:
            self._defaults |= _defaults(node)
        for node in operations:
            self._carried(node)
            for defined in node.variable_definitions or ():
                self._carried(defined)
                self._follow(defined.default_value)
            size = self._selected(node.selection_set, self._schema.get_root_type(node.operation))
            depth, fields = max(depth, size.depth), fields + size.fields
            roots = max(roots, size.here)
            name = node.name.value if node.name else ""
            costs[name] = size.cost
            if node.operation is OperationType.MUTATION:
                writes[name] = size.here
        unused = []
        for name, fragment in self._fragments.items():
            if name not in self._sizes:  # no operation spreads it: it is validated all the same
                unused.append(fragment)
                fields += self._fragment(name).fields
            self._carried(fragment)
        asked = {
            Bound.DIRECTIVES: self._directives,
            Bound.ALIASES: self._aliases,
            Bound.ROOTS: roots,
            Bound.LEVELS: depth,
            Bound.FIELDS: fields,
        }
        if all(number <= MOST[bound] for bound, number in asked.items()):
            asked[Bound.REPEATS] = sum(self._repeats([node.selection_set]) for node in (*operations, *unused))
        return Measure(asked, costs, writes, self._introspects, self._work)

    def _repeats(self, selected: list[SelectionSetNode]) -> int:
        """Count the pairs of fields that stand for the same answer: validation compares them all.

        Each fragment is looked at once for each answer; there are no more answers than fields, which were counted.
        """
        same: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        while selected:
            for node in selected.pop().selections:
                self._work += 1
                if isinstance(node, FieldNode):
                    same.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                elif isinstance(node, InlineFragmentNode):
                    selected.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self._fragments.get(node.name.value)
                    if fragment is not None:
                        selected.append(fragment.selection_set)
        return sum(
            len(nodes) * (len(nodes) - 1) // 2
            + self._repeats([node.selection_set for node in nodes if node.selection_set])
            for nodes in same.values()
        )

    def _selected(self, selected: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Size:
        depth = fields = here = 0
        cost = Cost()
        self._walked += 1
        if self._walked > DEEPEST_WALK:
            raise AsksTooMuch(Bound.LEVELS, self._walked, MOST[Bound.LEVELS])
        for node in selected.selections if selected else ():
            self._work += 1
            self._carried(node)
            if isinstance(node, FieldNode):
                size = self._field(node, parent)
            elif isinstance(node, FragmentSpreadNode):
                size = self._fragment(node.name.value)
            else:
                assert isinstance(node, InlineFragmentNode)
                size = self._selected(node.selection_set, self._type(node) or parent)
            depth = max(depth, size.depth)
            fields += size.fields
            here += 1 if isinstance(node, FieldNode) else size.here
            cost.add(None, size.cost)
        self._walked -= 1
        return Size(depth, fields, cost, here)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Size:
        name = node.name.value
        self._aliases += node.alias is not None
        for argument in node.arguments or ():
            self._follow(argument.value)
        self._introspects |= name in _META
        known = _META.get(name) or (
            parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        )
        under = self._selected(node.selection_set, get_named_type(known.type) if known else None)
        cost = Cost(1)
        if parent is not None and is_introspection_type(parent):
            cost.own += under.cost.own * listed(self._schema).get(f"{parent.name}.{name}", 1)
        else:
            cost.add(self._page_size(node, known), under.cost)
        return Size(under.depth + 1, under.fields + 1, cost)

    def _carried(self, node: _Carrier) -> None:
        for directive in node.directives or ():
            self._directives += 1
            for argument in directive.arguments or ():
                self._follow(argument.value)

    def _follow(self, value: ValueNode | None) -> None:
        """Refuse a value that is nested too deeply, or has a number that Python would not read."""
        level, depth = [value] if value else [], 1
        while level:
            digits = max(
                (len(one.value) for one in level if isinstance(one, IntValueNode | FloatValueNode)), default=0
            )
            for bound, asked in ((Bound.VALUES, depth), (Bound.DIGITS, digits)):
                if asked > MOST[bound]:
                    raise AsksTooMuch(bound, asked, MOST[bound])
            level, depth = [held for holder in level for held in _held(holder)], depth + 1

    def _fragment(self, name: str) -> Size:
        if name not in self._sizes:
            if name in self._open:  # it holds itself, and goes on for ever
                raise AsksTooMuch(Bound.LEVELS, DEEPEST_WALK + 1, MOST[Bound.LEVELS])
            self._open.add(name)
            fragment = self._fragments.get(name)
            self._sizes[name] = (
                self._selected(fragment.selection_set, self._type(fragment))
                if fragment is not None
                else Size(0, 0, Cost())
            )
        return self._sizes[name]

    def _type(self, node: InlineFragmentNode | FragmentDefinitionNode) -> GraphQLNamedType | None:
        return self._schema.get_type(node.type_condition.name.value) if node.type_condition else None

    def _page_size(self, node: FieldNode, known: GraphQLField | None) -> _PageSize | None:
        argument = known.args.get("first") if known else None
        if argument is None:
            return None
        usual = argument.default_value if isinstance(argument.default_value, int) else PAGE
        for given in node.arguments or ():
            if given.name.value == "first":
                if isinstance(given.value, IntValueNode):
                    return _PageSize(_number(given.value))
                if isinstance(given.value, VariableNode):
                    variable = given.value.name.value
                    return _PageSize(self._defaults.get(variable, usual), variable)
        return _PageSize(usual)


@lru_cache(4)
def listed(schema: GraphQLSchema) -> Mapping[str, int]:
    """Say how much the lists of an answer about the schema weigh, by `Type.field`; all other fields weigh 1.

    As many as it has types, on average fields, … A quarter of that for types: what is only looked up in memory takes
    a quarter of the time of other fields.
    """
    types = list(schema.type_map.values())
    of_fields = [t for t in types if isinstance(t, GraphQLObjectType | GraphQLInterfaceType)]
    fields = sum(len(t.fields) for t in of_fields)
    inputs = sum(len(t.fields) for t in types if isinstance(t, GraphQLInputObjectType))
    values = sum(len(t.values) for t in types if isinstance(t, GraphQLEnumType))
    numbers = {
        "__Schema.types": len(types) / 4,
        "__Schema.directives": len(schema.directives),
        "__Type.fields": fields / len(types),
        "__Type.inputFields": inputs / len(types),
        "__Type.enumValues": values / len(types),
    }
    return {name: max(1, round(number)) for name, number in numbers.items()}


_META = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


def _held(value: ValueNode) -> Iterable[ValueNode]:
    if isinstance(value, ListValueNode):
        return value.values
    return [entry.value for entry in value.fields] if isinstance(value, ObjectValueNode) else ()


def _number(written: IntValueNode) -> int:
    """Read a number; one that no page has is the largest, however many digits it has."""
    digits = written.value
    return int(digits) if len(digits) < 10 else -1 if digits.startswith("-") else LARGEST_PAGE


def _page(asked: int) -> int:
    return min(max(asked, 0), LARGEST_PAGE)


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    return {
        defined.variable.name.value: _number(defined.default_value)
        for defined in operation.variable_definitions or ()
        if isinstance(defined.default_value, IntValueNode)
    }
