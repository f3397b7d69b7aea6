"""The command `concertation`. Only the module of the subcommand that is called is imported: `--help` answers at once.

A subcommand is a module of server/commands with `configure(parser)` and `async run(arguments, settings) -> int`.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from server.garbage import kept

if TYPE_CHECKING:
    from server.settings import Settings

#: name: (module of server/commands, what it does)
COMMANDS = {
    "up": ("up", "start PostgreSQL, Temporal, the worker and the API; Ctrl-C stops them"),
    "demo": ("demo", "play a whole concertation against a stack of its own, as a GraphQL client"),
    "api": ("api", "serve the GraphQL API"),
    "worker": ("worker", "run the Temporal worker"),
    "migrate": ("migrate", "bring the database schema up to date"),
    "reconcile": ("reconcile", "start the workflow of every running concertation that has none"),
    "token": ("token", "print a bearer token signed with the development key"),
    "audit": ("audit", "print who came in and who was turned away"),
    "grant": ("grant", "grant a role on the platform, take one back, list who has one"),
    "doctor": ("doctor", "look for what is wrong with an installation"),
    "procedure": (
        "procedure",
        "check a procedure file, lay out its calendar, say what moving to it would change, print its JSON Schema",
    ),
    "questionnaire": ("questionnaire", "check a questionnaire, print its form or schema, validate answers"),
    "import": ("importing", "bring in organisations, participants, forms typed elsewhere, or an archive"),
    "export": ("export", "write contributions as CSV or JSON Lines, or a whole concertation as an archive"),
    "export-archive": (
        "export_archive",
        "write the closing archive of a concertation, which anybody can verify",
    ),
    "letters": ("letters", "print the letters to those without mail as one PDF"),
    "backup": ("backup", "write a backup of database, files and keys, while everything runs"),
    "restore": ("restore", "restore a backup where there is nothing yet; or only verify it"),
    "verify": ("verify", "verify a closing archive, with nothing but itself"),
    "verify-ledger": ("verify_ledger", "recompute the chain of hashes and name the first broken event"),
    "verify-receipt": ("verify_receipt", "verify a receipt offline, against a published root or ledger"),
    "collect-files": ("collect_files", "remove files that nothing has referred to for a day"),
    "export-schema": ("export_schema", "write the GraphQL schema, or check the committed one"),
}


class Command(Protocol):
    """What the module of a subcommand offers; `new_loop`, too, where it wants another kind of event loop."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        ...

    async def run(self, arguments: argparse.Namespace, settings: "Settings") -> int:
        """Do it; the exit code. A `CommandFailed` is shown without a trace."""
        ...


def main() -> NoReturn:
    """The console script: run the command, then leave with its exit code."""
    from server.leaving import leave

    try:
        code = call(sys.argv[1:])
    except SystemExit as stop:  # argparse: --help, wrong usage
        code = stop.code if isinstance(stop.code, int) else 1
    except BrokenPipeError:
        code = 141  # what a shell says of SIGPIPE: the reader (head, less) had enough
    except KeyboardInterrupt:
        code = 130
    except Exception:
        sys.excepthook(*sys.exc_info())
        code = 70
    leave(code)


def call(words: Sequence[str]) -> int:
    """Run the command line `words` and answer its exit code; raises SystemExit on wrong usage and for --help."""
    parser = _parser()
    name = next((word for word in words if not word.startswith("-")), None)
    if name not in COMMANDS:
        parser.parse_args(words or ["--help"])
        return 2
    with kept():
        command = cast("Command", import_module(f"server.commands.{COMMANDS[name][0]}"))
    own = argparse.ArgumentParser(prog=f"concertation {name}", description=COMMANDS[name][1])
    own.add_argument("--data-dir", help="where databases, keys and logs are kept (default: .data)")
    command.configure(own)
    position = list(words).index(name)
    parser.parse_args([*words[:position], name])
    return _run(command, own.parse_args(words[position + 1 :]))


def _run(command: Command, arguments: argparse.Namespace) -> int:
    from server.errors import CommandFailed
    from server.settings import read_settings

    try:
        settings = read_settings(data_dir=arguments.data_dir)
        with asyncio.Runner(loop_factory=getattr(command, "new_loop", None)) as runner:
            return runner.run(command.run(arguments, settings))
    except CommandFailed as failure:
        print(f"concertation: {failure}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS)) + 2
    listed = "\n".join(f"  {name:<{width}}{text}" for name, (_, text) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="concertation",
        usage="concertation COMMAND [arguments]",
        description="A durable engine for public concertations.",
        epilog=f"commands:\n{listed}\n\n`concertation COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"concertation {version('concertation')}")
        parser.exit()


if __name__ == "__main__":
    main()
