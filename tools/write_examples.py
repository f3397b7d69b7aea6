"""Generate the Python client of examples/ from graphql/schema.graphql and examples/operations.

    python -m tools.write_examples

ariadne-codegen does it, in an environment of its own that uv makes: it wants an older graphql-core than we run on. What
it relied on in the schema is written beside it, so that a test can say, without it, when to generate anew. The
client in TypeScript has its own command: examples/README.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    is_abstract_type,
    parse,
    validate,
    visit,
)

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "graphql" / "schema.graphql"
OPERATIONS = ROOT / "examples" / "operations"
PYTHON = ROOT / "examples" / "python"
PACKAGE = PYTHON / "concertation_client"
CONTRACT = ROOT / "examples" / "contract.txt"
GENERATOR = "ariadne-codegen==0.19.0"

_HEAD = "# What the generated clients rely on. Written by `python -m tools.write_examples`.\n"


class _Fields(Visitor):
    """Gathers each field that is asked for, and the types that it names."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.lines: set[str] = set()
        self.types: list[GraphQLNamedType] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, asked = self.info.get_parent_type(), self.info.get_field_def()
        assert parent is not None
        assert asked is not None
        if node.name.value == "__typename":
            return
        arguments = ", ".join(f"{name}: {argument.type}" for name, argument in sorted(asked.args.items()))
        self.lines.add(f"{parent.name}.{node.name.value}({arguments}): {asked.type}")
        self.types += [get_named_type(of) for of in (asked.type, *(a.type for a in asked.args.values()))]


def contract() -> str:
    """Give what the documents rely on: fields, arguments, values, members of unions; nothing of descriptions."""
    schema = build_schema(SCHEMA.read_text())
    lines: set[str] = set()
    for file in sorted(OPERATIONS.glob("*.graphql")):
        text = file.read_text()
        document = parse(text)
        assert not (faults := validate(schema, document)), faults
        info = TypeInfo(schema)
        fields = _Fields(info)
        visit(document, TypeInfoVisitor(info, fields))
        lines |= fields.lines | set(_of_types(schema, fields.types))
        lines.add(f"{file.name}: {' '.join(text.split())}")
    return _HEAD + "".join(f"{line}\n" for line in sorted(lines))


def _of_types(schema: GraphQLSchema, types: list[GraphQLNamedType]) -> Iterator[str]:
    waiting, known = list(types), set()
    while waiting:
        kind = waiting.pop()
        if kind.name in known:
            continue
        known.add(kind.name)
        if isinstance(kind, GraphQLEnumType):
            yield f"{kind.name} = {' | '.join(kind.values)}"
        elif isinstance(kind, GraphQLInputObjectType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}: {field.type}"
                waiting.append(get_named_type(field.type))
        elif is_abstract_type(kind):
            yield f"{kind.name} = {' | '.join(sorted(of.name for of in schema.get_possible_types(kind)))}"


def write() -> None:
    """Generate, and write down what it relied on."""
    shutil.rmtree(PACKAGE, ignore_errors=True)
    command = [
        "uv",
        "tool",
        "run",
        "--from",
        GENERATOR,
        "ariadne-codegen",
        "--config",
        "ariadne-codegen.toml",
    ]
    subprocess.run(command, cwd=PYTHON, env=os.environ, check=True, timeout=300)
    CONTRACT.write_text(contract(), encoding="utf-8")


if __name__ == "__main__":
    write()
