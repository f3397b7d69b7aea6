"""Faults of the lines of a file, as they are found: the first ones printed, all of them in a file if one is named."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from server.errors import CommandFailed

if TYPE_CHECKING:
    from domain.csv_rows import LineFault
    from domain.interchange.forms import FormFault
    from domain.process import Process

TEXTS = {
    "fr": {
        "place": "ligne {line}",
        "column": ", colonne « {column} »",
        "more": "Les autres anomalies sont omises ici ; --report FICHIER les écrit toutes.",
        "whole": "Le fichier en a {most} ; les suivantes sont seulement comptées.",
        "summary": "En tout : {counts}.",
    },
    "en": {
        "place": "line {line}",
        "column": ", column “{column}”",
        "more": "The other faults are left out here; --report FILE writes all of them.",
        "whole": "The file has {most} of them; those after are counted only.",
        "summary": "In all: {counts}.",
    },
}
MOST_SHOWN = 100
"""Faults that are printed; a report has them all."""
MOST_WRITTEN = 100_000
"""Faults that a report has: who has more has one fault in every line."""


class FileNotRead(CommandFailed):
    """The file cannot be read."""


class LineReport:
    """Shows faults, or writes them, or both; and sums them up."""

    def __init__(self, stack: ExitStack, path: Path | None, language: str) -> None:
        self.process: Process | None = None
        self._language = language
        self._counts: Counter[tuple[str, str]] = Counter()
        self._writer = None
        if path is not None:
            try:
                file = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
            except OSError as fault:
                raise FileNotRead(f"{path}: {fault.strerror}") from fault
            self._writer = csv.writer(file, delimiter=";")
            self._writer.writerow(("line", "column", "code", "message"))

    def tell(self, fault: LineFault | FormFault) -> None:
        """Show a fault, or write it, or both."""
        said = TEXTS[self._language]
        self._counts[str(fault.fault.code), fault.column] += 1
        number = self._counts.total()
        written = self._writer is not None and number <= MOST_WRITTEN
        if number > MOST_SHOWN and not written:
            if number == MOST_SHOWN + 1:
                print(said["more"])
            return
        message = self._message(fault, (self._language,))
        if self._writer is not None and written:
            self._writer.writerow((fault.line, fault.column, fault.fault.code, message))
        if number <= MOST_SHOWN:
            column = said["column"].format(column=fault.column) if fault.column else ""
            print(f"{said['place'].format(line=fault.line)}{column} · {fault.fault.code}\n    {message}")

    def sum_up(self) -> None:
        """Print how many there are of each, where not all were printed."""
        said = TEXTS[self._language]
        if self._counts.total() <= MOST_SHOWN:
            return
        if self._writer is not None and self._counts.total() > MOST_WRITTEN:
            print(said["whole"].format(most=MOST_WRITTEN))
        counts = (
            f"{code}{said['column'].format(column=column) if column else ''} × {count}"
            for (code, column), count in self._counts.most_common(20)
        )
        print(said["summary"].format(counts=" ; ".join(counts)))

    def _message(self, fault: LineFault | FormFault, languages: Sequence[str]) -> str:
        from domain.questionnaires.problems import Problem, problem_text
        from domain.refusals import Refusal
        from domain.summaries import refusal_text
        from domain.texts import text

        if isinstance(fault.fault, Refusal):
            return refusal_text(fault.fault, self.process, languages)
        if isinstance(fault.fault, Problem):
            return problem_text(fault.fault, languages)
        return text(f"finding.{fault.fault.code}", languages, **fault.fault.args)
