"""`concertation export-schema`."""

import argparse
import sys
from pathlib import Path

from server.settings import Settings

#: What `--declare` adds to, beside the schema: one entry per change that breaks clients.
DECLARED = "breaking-changes.md"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--check", action="store_true", help="change nothing; 1 if the file is not what the code says"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("graphql/schema.graphql"),
        help="the file (graphql/schema.graphql)",
    )
    parser.add_argument(
        "--declare",
        metavar="REASON",
        help=f"let a change that breaks clients pass, and write it down in {DECLARED}",
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the file, or compare it with the code."""
    from api.exporting import compare, sdl

    file: Path = arguments.output
    current = sdl()
    committed = file.read_text() if file.exists() else ""
    drift = compare(committed, current) if committed else None
    for line in drift.breaking if drift else ():
        print(f"breaks clients: {line}", file=sys.stderr)
    if arguments.check:
        if committed == current:
            return 0
        print(f"{file} is not what the code says: run `concertation export-schema`.", file=sys.stderr)
        return 1
    if drift is not None and drift.breaking:
        if not arguments.declare:
            print(
                f"{file} was not changed. Deprecate instead (name the replacement and a date), or say why with "
                "--declare REASON.",
                file=sys.stderr,
            )
            return 1
        _declare(file.with_name(DECLARED), arguments.declare, drift.breaking)
    file.write_text(current)
    return 0


def _declare(file: Path, reason: str, changes: tuple[str, ...]) -> None:
    """Add what changed and why at the end of the list."""
    before = file.read_text() if file.exists() else "# Changes of the contract that break clients\n"
    entry = "".join(f"- {change}\n" for change in changes)
    file.write_text(f"{before}\n## {reason}\n{entry}")
