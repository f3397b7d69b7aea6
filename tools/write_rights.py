"""Write docs/rights.md: who may do what and when, and who sees which field; from the tables that say so.

    python -m tools.write_rights

A test compares the page with the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api.classified import NEEDS
from domain.procedure import Role
from domain.rights import THEMES, About, Reach, Right, Standing, Who
from domain.texts import label

TARGET = Path(__file__).parents[1] / "docs" / "rights.md"

_HEAD = """\
# Who may do what, when

Written from `domain/rights/table.py` by `python -m tools.write_rights`. What is not here nobody may. The same is
expected, line by line and by hand, in `tests/rights/expected.txt`; the tests put every cell to `may`, the decider and
the API.

- **×**: whoever holds an office of this role, at this moment, within its axis, college and territory; by a delegation,
  too.
- **○**: as well, while nobody holds a seat of coordinator, to find one.
- **states**: D draft, R announced and running, S suspended as a whole, O over (ended or abandoned). In other states
  everybody is refused, with the reason (`NOT_LAUNCHED`, `SUSPENDED`, `CONCERTATION_OVER`…). Stages have states of their
  own besides ([procedures](procedures.md)). A dash: it is about no concertation.
- **token**: how far a [personal access token](access-tokens.md) must reach for it; *account*: no token does.
"""


_FIELDS = """\
Every field of the schema is classified in `graphql/api/classified.py`. What is not here is seen by whoever sees its
object; an object that may not be seen is not there: `null`, or not in the list, and so it is with `node(id)`.
*Published*: as the stage declares for that kind of object (`live`, `at_close`, `at_conclusion`, `at_round_end`,
`never`), and after an embargo.
"""


def page() -> str:
    """Give the whole page."""
    return "\n".join([_HEAD, *_words(), *_roles(), *_tables(), *_fields()]).rstrip() + "\n"


_ABOUT = {
    About.WHOLE: "the whole, or the axis of its stage",
    About.LANE: "the axis of its stage, and of what is common to all axes each of them",
    About.OFFICE: "one office",
    About.PLACE: "the territory and college of whom it is about",
    About.ANYWHERE: "any office of the role will do",
    About.PLATFORM: "no concertation",
}
_WHO = {
    Who.ANYBODY: "without an account, too",
    Who.ACCOUNT: "whoever has one",
    Who.THEMSELF: "whom it is about, as the act says",
    Who.CODE: "whoever has the code of an invitation or of a receipt",
    Who.ELECTORATE: "whoever speaks for a seat of the ballot",
    Who.ENGINE: "no person",
}
_SHORT = {
    Role.SPONSOR: "spo", Role.CO_PRESIDENT_STATE: "cps", Role.CO_PRESIDENT_LOCAL: "cpl", Role.COORDINATOR: "coo",
    Role.COUNCIL_CHAIR: "cha", Role.COUNCIL_MEMBER: "cou", Role.RAPPORTEUR: "rap", Role.GENERAL_RAPPORTEUR: "gen",
    Role.DECIDING_AUTHORITY: "aut", Role.ADDRESSEE: "add", Role.CLERK: "cle", Role.GUARANTOR: "gua",
    Role.PANELLIST: "pan",
}  # fmt: skip


def _words() -> Iterator[str]:
    yield "| besides | who |"
    yield "|---|---|"
    yield from (f"| {word} | {_WHO[word]} |" for word in Who)
    yield ""
    yield "| about | what an office of one axis, territory or college speaks for |"
    yield "|---|---|"
    yield from (f"| {word} | {_ABOUT[word]} |" for word in About)
    yield ""


def _roles() -> Iterator[str]:
    yield "| | role | rôle |"
    yield "|---|---|---|"
    for role in Role:
        yield f"| **{_SHORT[role]}** | `{role}` | {label(role, ('fr',))} |"
    yield ""


def _tables() -> Iterator[str]:
    for title, rows in THEMES.items():
        yield f"## {title}"
        yield ""
        yield f"| | {' | '.join(_SHORT[role] for role in Role)} | besides | states | about | token |"
        yield f"|---|{'---|' * (len(Role) + 4)}"
        for action, right in rows.items():
            yield f"| `{action}` | {' | '.join(_cells(right))} |"
        yield ""


def _cells(right: Right) -> Iterator[str]:
    for role in Role:
        yield "×" if role in right.roles else "○" if role in right.bereft else ""
    platform = [f"{role} of the platform" for role in sorted(right.platform)]
    platform += [f"{role} of the platform ○" for role in sorted(right.bereft_platform)]
    yield ", ".join([*platform, *(who for who in Who if who in right.others)])
    yield "".join(word[0].upper() for word in Standing if word in right.states) or "–"
    yield right.about.value
    yield right.reach.value if right.reach is not Reach.ACCOUNT else "*account*"


def _fields() -> Iterator[str]:
    yield "## Fields"
    yield ""
    yield _FIELDS
    yield "| who may | and | once published | token | fields |"
    yield "|---|---|---|---|---|"
    for need, fields in NEEDS.items():
        needed = need.value
        actions = ", ".join(f"`{action}`" for action in needed.actions)
        reach = needed.reach.value if needed.reach is not Reach.ACCOUNT else "*account*"
        named = ", ".join(f"`{field}`" for field in fields)
        yield f"| {actions} | {needed.words} | {needed.kind or ''} | {reach} | {named} |"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
