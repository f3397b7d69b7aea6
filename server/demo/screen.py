"""What the demonstration shows: scenes, one line per request with the name of its operation, and events as they come.

On a terminal the board stays under the lines; elsewhere the lines come alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from server.demo.board import Board
from server.demo.keyboard import enter, quiet
from server.demo.listening import OPERATION, Heard

_WIDTH_OF_FILES = 110
_MARKS = {
    "done": ("✓", "green"),
    "read": ("·", "cyan"),
    "waiting": ("…", "yellow"),
    "refused": ("✗", "red"),
    "again": ("↻", "yellow"),
    "event": ("◆", "blue"),
    "system": ("■", "magenta"),
}


def make_console() -> Console:
    """Give a console on standard output, wide enough for a file where it is no terminal."""
    console = Console(highlight=False)
    if not console.is_terminal and console.width == 80:
        console = Console(highlight=False, width=_WIDTH_OF_FILES)
    return console


class Screen:
    """Where everything is shown."""

    def __init__(self, console: Console, board: Board, *, step: bool = False) -> None:
        """Show on `console`, with `board` under the lines on a terminal; wait between scenes if `step`."""
        self.console = console
        self.step = step
        self._board = board
        self._live: Live | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the board while the block runs; the lines stay afterwards."""
        with quiet():
            self._show_board()
            try:
                yield
            finally:
                self._hide_board()

    def _show_board(self) -> None:
        """Begin under the last line: a board that was hidden would come back over the lines since."""
        if self.console.is_terminal:
            self._live = Live(self._board, console=self.console, refresh_per_second=5, transient=True)
            self._live.start()

    def _hide_board(self) -> None:
        if self._live is not None:
            self._live.stop()

    def title(self, text: str, under: str) -> None:
        """Begin."""
        self.console.print()
        self.console.print(Panel(Text(under), title=Text(text, "bold"), border_style="blue", padding=(1, 2)))

    def scene(self, number: int, title: str, audience: str, intro: str) -> None:
        """Begin a scene: for whom it is, and what to look at."""
        self.console.print()
        self.console.print(Rule(Text(f"{number}. {title}", "bold"), align="left", style="blue"))
        self.console.print(
            Padding(Text.assemble((f"Pour {audience}. ", "bold cyan"), (intro, "italic")), (0, 3))
        )

    def say(self, text: str) -> None:
        """Explain, in a sentence."""
        self.console.print(Padding(Text(text, "italic"), (0, 3)))

    def line(self, mark: str, who: str, text: str, operation: str = "") -> None:
        """Show what somebody asked and what came of it, with the name of the operation."""
        sign, style = _MARKS[mark]
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=1, style=style)
        grid.add_column(ratio=1)
        grid.add_column(justify="right", style="dim cyan", no_wrap=True)
        said = Text.assemble((who, "bold"), " : " if who else "", (text, "red" if mark == "refused" else ""))
        grid.add_row(sign, said, operation)
        self.console.print(Padding(grid, (0, 1)))

    def event(self, heard: Heard) -> None:
        """Show an event that came by the subscription."""
        sign, style = _MARKS["event"]
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=1, style=style)
        grid.add_column(ratio=1, style="blue")
        grid.add_column(justify="right", style="dim cyan", no_wrap=True)
        grid.add_row(sign, Text(f"n° {heard.seq} : {heard.summary}"), OPERATION)
        self.console.print(Padding(grid, (0, 1)))

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table."""
        table = Table(
            title=title,
            title_justify="left",
            title_style="bold",
            header_style="cyan",
            box=None,
            padding=(0, 1),
        )
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.console.print(Padding(table, (0, 2)))

    def code(self, text: str, language: str = "bash") -> None:
        """Show something to be pasted: never cut by the width of the screen."""
        if self.console.is_terminal:
            self.console.print(
                Syntax(text, language, theme="ansi_light", background_color="default"), soft_wrap=True
            )
        else:
            self.console.print(text, soft_wrap=True, markup=False)

    def show(self, what: RenderableType) -> None:
        """Show anything that rich can."""
        self.console.print(Padding(what, (0, 2)))

    async def pause(self) -> None:
        """Wait for the Enter key, where scenes are shown one by one."""
        if not self.step:
            return
        self._hide_board()
        self.console.print("   [bold reverse] Entrée pour continuer [/]", end="")
        await enter()
        self.console.print()
        self._show_board()
