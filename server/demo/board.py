"""The board under the lines: clocks, stages with what is left of them, whom one waits for, the processes."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from server.demo.situation import Situation, Stage

CLOCKS = (
    ("Paris", ZoneInfo("Europe/Paris")),
    ("Pointe-à-Pitre", ZoneInfo("America/Guadeloupe")),
    ("Saint-Denis", ZoneInfo("Indian/Reunion")),
)
"""The towns whose clocks are shown."""

STATES = {
    "PENDING": "à venir",
    "AWAITING_OPENING": "porte avant l’ouverture",
    "OPEN": "ouverte",
    "CLOSED": "close, saisie du papier",
    "SEALING": "scellement en cours",
    "SEALED": "scellée",
    "AWAITING_CONCLUSION": "porte avant la conclusion",
    "CONCLUDED": "conclue",
    "SUPERSEDED": "remplacée",
}
"""The states of a stage, as people read them."""

AWAITED = {
    "launch": "le lancement",
    "vote": "un vote",
    "subject": "une nouvelle version du dossier",
    "resumption": "la reprise",
    "request": "une réponse à une demande d’audition",
    "hearing": "une audition",
    "record": "un compte rendu",
    "meeting": "une réunion du conseil",
    "minutes": "un procès-verbal",
    "withdrawal": "un déport, ou son refus motivé",
    "evaluation": "une grille d’évaluation",
    "article": "un amendement à trancher",
    "opinion": "l’avis du conseil",
    "chapter": "un chapitre",
    "synthesis": "la synthèse",
    "response": "une réponse motivée",
    "decision": "la décision",
    "implementation_report": "le bilan de mise en œuvre",
    "appointment": "une nomination",
    "seal": "le sceau",
}
"""What may be awaited, as people read it."""

_COLOURS = {"OPEN": "bold green", "CONCLUDED": "dim", "PENDING": "dim"}


class Clock:
    """The server's clock, followed from here: the API says what time it is, never this machine."""

    def __init__(self) -> None:
        """Not set yet: gives the beginning of 1970."""
        self._at = datetime(1970, 1, 1, tzinfo=UTC)
        self._since = time.monotonic()

    def set(self, at: datetime) -> None:
        """Set it to what an answer of the API says."""
        self._at, self._since = at, time.monotonic()

    def now(self) -> datetime:
        """Give the instant that it is on the server, as near as an answer's way allows."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)


class Board:
    """Shows the last situation seen; drawn anew five times a second."""

    def __init__(self, clock: Clock, processes: Callable[[], Mapping[str, bool]]) -> None:
        """Show the time of `clock` and whether each of `processes` runs."""
        self.clock = clock
        self._processes = processes
        self.situation: Situation | None = None
        #: Number of the last event heard.
        self.heard = 0
        #: Contributions counted so far in the call that is open, as the subscription tells; `None`: none yet.
        self.counted: int | None = None

    def __rich__(self) -> RenderableType:
        """Draw it."""
        now = self.clock.now()
        grid = Table.grid(padding=(0, 2), expand=True)
        grid.add_column(ratio=3, no_wrap=True)
        grid.add_column(ratio=3, no_wrap=True)
        grid.add_column(ratio=2, no_wrap=True, justify="right")
        seen = self.situation
        for label, stage in _lines(seen.stages if seen else ()):
            colour = _COLOURS.get(stage.state, "yellow")
            suspended = seen is not None and (seen.suspended_at or stage.suspended_at)
            grid.add_row(
                Text(label, colour),
                Text("suspendue" if suspended else STATES[stage.state], colour),
                Text("" if suspended else _left(stage, now)),
            )
        clocks = " · ".join(f"{town} {now.astimezone(zone):%H:%M:%S}" for town, zone in CLOCKS)
        return Panel(
            Group(grid, self._awaited(), self._running()),
            title="Mise en place" if seen is None else self._title(seen),
            title_align="left",
            subtitle=clocks,
            subtitle_align="right",
            border_style="blue",
        )

    def _title(self, seen: Situation) -> str:
        """Say which round it is, how far the ledger has come, and how many have answered."""
        counted = f" · contributions : {self.counted}" if self.counted is not None else ""
        return f"Tour {seen.round} · journal n° {self.heard}{counted}"

    def _awaited(self) -> Text:
        what = (
            dict.fromkeys(AWAITED.get(a.what, a.what) for a in self.situation.awaited)
            if self.situation
            else {}
        )
        return Text(f"On attend : {', '.join(what)}" if what else "", "yellow")

    def _running(self) -> Text:
        shown = Text()
        for name, runs in self._processes().items():
            shown.append("● " if runs else "✖ ", "green" if runs else "bold red")
            shown.append(f"{name}  ", "" if runs else "bold red")
        return shown


def _lines(stages: Iterable[Stage]) -> Iterator[tuple[str, Stage]]:
    """Give a line per stage; axes of one stage share one as long as they stand alike."""
    for (label, _), alike in groupby(stages, key=lambda stage: (stage.label, stage.state)):
        runs = list(alike)
        axes = f" ({len(runs)} axes)" if len(runs) > 1 else f" · {runs[0].lane.label}" if runs[0].lane else ""
        yield label + axes, runs[0]


def _left(stage: Stage, now: datetime) -> str:
    """Say what a stage's clock is running to."""
    if stage.state == "OPEN" and stage.closes_at is not None:
        left = (stage.closes_at - now).total_seconds()
        return f"ferme dans {left:.0f} s" if left > 0 else "à son terme"
    if stage.state in ("PENDING", "AWAITING_OPENING"):
        left = (stage.planned_opens_at - now).total_seconds()
        return f"ouvre dans {left:.0f} s" if left > 0 else "attend"
    return ""
