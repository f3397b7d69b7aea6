"""Documents made from the schema that ask for every field: of any object by its id, and of the type Query.

Each field is asked for under the name of where it was declared first, `Type__field`: an answer says by itself what it
is an answer to. What is an object of its own is asked for by its id and is looked at there; what is not, in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_leaf_type,
)

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


class Asking:
    """What may be asked of a schema. `arguments`: those that a field needs, by `Type.field`, as they are written."""

    def __init__(self, schema: GraphQLSchema, arguments: Mapping[str, str]) -> None:
        self.schema = schema
        self.arguments = arguments
        node = schema.type_map["Node"]
        assert isinstance(node, GraphQLInterfaceType)
        self.nodes = tuple(sorted(schema.get_possible_types(node), key=lambda kind: kind.name))

    def document_of_nodes(self, count: int) -> str:
        """Ask for so many objects by their ids, `$i0` and on."""
        variables = ", ".join(f"$i{n}: ID!" for n in range(count))
        spread = " ".join(f"...F{kind.name}" for kind in self.nodes)
        roots = " ".join(f"n{n}: node(id: $i{n}) {{ __typename id {spread} }}" for n in range(count))
        fragments = "\n".join(
            f"fragment F{kind.name} on {kind.name} {{ {self._fields(kind, (kind.name,))} }}"
            for kind in self.nodes
        )
        return f"query({variables}) {{ {roots} }}\n{fragments}"

    def document_of_queries(self) -> str:
        """Ask for all fields of the type Query."""
        assert self.schema.query_type is not None
        return f"{{ {self._fields(self.schema.query_type, ('Query',))} }}"

    def _fields(self, kind: Composite, within: tuple[str, ...]) -> str:
        if isinstance(kind, GraphQLUnionType):
            return " ".join(
                f"... on {of.name} {{ {self._fields(of, (*within, of.name))} }}" for of in kind.types
            )
        return " ".join(
            ["__typename", *(self._field(kind, name, field, within) for name, field in kind.fields.items())]
        )

    def _field(self, kind: Composite, name: str, field: GraphQLField, within: tuple[str, ...]) -> str:
        declared = self.declared(kind, name)
        given = self.arguments.get(f"{declared}.{name}", "")
        missing = {
            key
            for key, of in field.args.items()
            if str(of.type).endswith("!") and of.default_value is Undefined
        }
        assert given or not missing, (
            f"say in ARGUMENTS what {declared}.{name} is asked with: {sorted(missing)}"
        )
        asked = f"{declared}__{name}: {name}{given and f'({given})'}"
        of = get_named_type(field.type)
        if is_leaf_type(of):
            return asked
        assert isinstance(of, Composite)
        if self.is_node(of):
            return f"{asked} {{ __typename ... on Node {{ id }} }}"
        if of.name in within:
            return f"{asked} {{ __typename }}"
        return f"{asked} {{ {self._fields(of, (*within, of.name))} }}"

    def is_node(self, kind: Any) -> bool:
        """Say whether objects of a type are asked for by an id of their own."""
        return getattr(kind, "name", "") == "Node" or any(
            i.name == "Node" for i in getattr(kind, "interfaces", ())
        )

    def declared(self, kind: Composite, field: str) -> str:
        """Give the type that declares a field first: an interface, or the type itself."""
        interfaces = [i for i in getattr(kind, "interfaces", ()) if field in i.fields]
        base = [i for i in interfaces if not any(field in j.fields for j in i.interfaces)]
        return base[0].name if base else kind.name


def links(value: Any) -> Iterator[tuple[str, str]]:
    """Give the ids that an answer names, with their types."""
    if isinstance(value, dict):
        if value.keys() == {"__typename", "id"}:
            yield value["id"], value["__typename"]
        else:
            for part in value.values():
                yield from links(part)
    elif isinstance(value, list):
        for part in value:
            yield from links(part)
