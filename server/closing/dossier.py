"""The dossier of a closing archive: what people read of it, without any tool; it says nothing that the data do not."""

from __future__ import annotations

from collections.abc import Sequence

from server.closing.archived import Archived, table, when
from server.closing.blocks import Both, Cell, Dossier, Section, labelled, word, words
from server.closing.deliberation import ballots, council, course, hearings, information
from server.closing.outcomes import decision, follow_up, guarantor, synthesis
from server.closing.participation import participation

_PARTS = (
    course, information, participation, hearings, council, ballots, synthesis, decision, follow_up, guarantor,
)  # fmt: skip
_FILES = (
    "procedure.json", "calendar.csv", "ledger.jsonl", "seals.csv", "ballots.csv", "contributions.csv", "figures.csv",
    "responses.csv", "commitments.csv", "manifest.json",
)  # fmt: skip
"""The files that a page names; manifest.json names all."""


def dossier(archived: Archived) -> Dossier:
    """Make the dossier."""
    sections = [section for part in _PARTS if (section := part(archived)).blocks]
    return Dossier(
        title=labelled(archived.process.title),
        facts=_facts(archived),
        sections=[*sections, _verifying()],
    )


def _facts(archived: Archived) -> Sequence[tuple[Both, Cell]]:
    process = archived.process
    state = words("dossier.final" if process.over else "dossier.provisional")
    ended: Cell = (
        word(process.outcome.value, "outcome") if process.outcome else word(process.phase.value, "phase")
    )
    facts: list[tuple[str, Cell]] = [
        ("archive", state),
        ("outcome", ended),
        ("launched", when(process.launched_at)),
        ("ended", when(process.ended_at)),
        ("rounds", process.round),
        ("contributions", sum(row["count"] for row in archived.figures if row["of"] == "channel")),
        ("ballots", len(process.ballots)),
        ("recommendations", sum(len(one.recommendations) for one in process.syntheses.values())),
        ("responses", len(process.responses)),
        ("commitments", len(process.commitments)),
        ("events", process.seq),
        ("head", archived.head),
        ("procedure", process.procedure_digest),
    ]
    return [(words(f"dossier.fact.{name}"), said) for name, said in facts]


def _verifying() -> Section:
    rows = [(name, words(f"dossier.file.{name.partition('.')[0]}")) for name in _FILES]
    return Section(
        key="verifying",
        title=words("dossier.verifying"),
        blocks=[words("dossier.how"), table("files", "file content", rows)],
    )
