"""Generated procedures: graphs with axes, gates, ballots, signatures, quorums, rounds, in days or in seconds."""

from __future__ import annotations

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from domain.check import check
from domain.procedure import SIGNABLE, Procedure
from tests.properties.chance import Chance, Drawn, Rolled, coin, some

Raw = dict[str, Any]

KINDS = ("call_for_input", "hearings", "scientific_review", "synthesis", "decision", "follow_up")

CAST: dict[str, tuple[str, ...]] = {
    "coordination": ("coordinator", "second"),
    "commanditaire": ("sponsor",),
    "etat": ("state",),
    "locale": ("local",),
    "presidence": ("chair",),
    "conseil": ("ada", "bob", "cleo"),
    "panel": ("xan", "yan"),
    "rapporteur": ("writer",),
    "general": ("editor",),
    "ministre": ("minister",),
    "dinum": ("dinum",),
    "asso": ("mayor",),
    "garant": ("warden",),
}
CROWD = ("citizen", "prefect", "peer")
"""Members without an office."""

OFFICES: list[Raw] = [
    {"id": "coordination", "role": "coordinator", "label": "C", "seats": 3},
    {"id": "commanditaire", "role": "sponsor", "label": "S", "required": 0},
    {"id": "etat", "role": "co_president_state", "label": "E", "required": 0},
    {"id": "locale", "role": "co_president_local", "label": "L", "required": 0, "appointment": "elected"},
    {"id": "presidence", "role": "council_chair", "label": "P", "required": 0, "appointment": "in_person"},
    {"id": "conseil", "role": "council_member", "label": "M", "seats": 4, "required": 0},
    {"id": "panel", "role": "panellist", "label": "X", "seats": 2, "required": 0},
    {"id": "rapporteur", "role": "rapporteur", "label": "R", "required": 0},
    {"id": "general", "role": "general_rapporteur", "label": "G", "required": 0},
    {"id": "ministre", "role": "deciding_authority", "label": "D", "required": 0},
    {"id": "dinum", "role": "addressee", "label": "A", "required": 0},
    {"id": "asso", "role": "addressee", "label": "B", "required": 0},
    {"id": "garant", "role": "guarantor", "label": "W", "required": 0},
]

ELECTORATES = ("scientific_council", "panellist", "co_president_state", "conseil")
SHARES = ("0/1", "1/3", "1/2", "2/3", "1/1")


def procedure_of(chance: Chance) -> Procedure | None:
    """Give a procedure that the check lets pass; `None` where chance made one that it does not."""
    sandbox = coin(chance)
    lanes = chance.one(((), ("a",), ("a", "b")))
    kinds = some(chance, KINDS, 7, least=1)
    if chance.number(0, 3) == 0:
        kinds = [*kinds, chance.one(kinds)]
    stages: list[Raw] = []
    for number, kind in enumerate(kinds):
        stages.append(_stage(chance, f"s{number}", kind, stages, lanes, sandbox))
    raw = {
        "id": "essai",
        "label": "Essai",
        "sandbox": sandbox,
        "notice": _span(chance, sandbox, 0, 5),
        "territories": chance.one((["FR"], ["FR", "GP", "RE"])),
        "channels": ["online", "paper"],
        "colleges": [{"id": "etat", "label": "État"}, {"id": "locales", "label": "Collectivités"}],
        "lanes": [{"id": lane, "label": lane} for lane in lanes],
        "themes": [{"id": "sante", "label": "Santé"}],
        "offices": OFFICES,
        "stages": stages,
        "signoffs": {name: _signoff(chance, sandbox) for name in some(chance, SIGNABLE, 4)},
        "set_aside_reasons": ["Hors du sujet"],
        "rounds": {
            "maximum": chance.number(1, 3),
            "last_resort": chance.one(("go_on_published", "go_on_published", "stop")),
        },
    }
    procedure = Procedure.model_validate(raw)
    return None if any(finding.severity == "error" for finding in check(procedure)) else procedure


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    """Draw a procedure that the check lets pass."""
    procedure = procedure_of(Drawn(draw(st.data())))
    assume(procedure is not None)
    assert procedure is not None
    return procedure


def rolled_procedure(seed: int) -> Procedure:
    """Give the procedure of a seed."""
    chance = Rolled(seed)
    while (procedure := procedure_of(chance)) is None:
        pass
    return procedure


def _span(chance: Chance, sandbox: bool, least: int, most: int) -> str:
    """Give a length of time: seconds in a sandbox, else days."""
    return _length(chance.number(least, most), sandbox)


def _length(number: int, sandbox: bool) -> str:
    return f"PT{number}S" if sandbox else f"P{number}D"


def _signoff(chance: Chance, sandbox: bool) -> Raw:
    signatories = ("co_president_state", "co_president_local", "commanditaire")
    return {"all_of": some(chance, signatories, 3, least=1), "within": _span(chance, sandbox, 1, 8)}


def _rule(chance: Chance, sandbox: bool, refer_to: list[str], *, heard: bool = False) -> Raw:
    """Give the rule of a ballot."""
    silent = chance.one(("given", "favourable", "hold", "escalate"))
    refused: list[Any] = ["return_to_draft", "go_on_published", *({"refer_back": name} for name in refer_to)]
    by = chance.one(ELECTORATES)
    found: Raw = {
        "by": [] if heard else by,
        "quorum": chance.one(SHARES),
        "majority": chance.one(("simple", "present", "absolute", "two_thirds", "unanimous")),
        "within": _span(chance, sandbox, 1, 8),
        "secret": coin(chance),
        "revisable": coin(chance),
        "proxies": coin(chance),
        "early_end": coin(chance),
        "casting_vote": by == "scientific_council" and not heard and coin(chance),
        "if_silent": silent,
        "if_refused": chance.one(refused),
    }
    if chance.number(0, 3) == 0:
        found["threshold"] = "80 %"
    if chance.number(0, 2) == 0:
        found["second_within"] = _span(chance, sandbox, 1, 5)
    if silent == "escalate":
        found["escalate_to"] = chance.one((["garant"], ["co_president_state", "co_president_local"]))
    return found


def _stage(
    chance: Chance, name: str, kind: str, before: list[Raw], lanes: tuple[str, ...], sandbox: bool
) -> Raw:
    planned = chance.number(1, 30)
    stage: Raw = {
        "id": name,
        "kind": kind,
        "label": name,
        "duration": {
            "planned": _length(planned, sandbox),
            "minimum": _length(chance.number(0, planned), sandbox),
        },
    }
    if coin(chance):
        stage["duration"]["maximum"] = _length(chance.number(planned, planned * 3), sandbox)
    if coin(chance):
        stage["after"] = some(chance, [other["id"] for other in before], 2)
    if lanes and coin(chance):
        stage["lane"] = chance.one(("each", *lanes))
    above = _above(stage, before)
    gates = chance.one(((), ("opening",), ("conclusion",), ("opening", "conclusion")))
    subjects = {"opening": "information_file", "conclusion": "seal"}
    stage["approvals"] = [
        {**_rule(chance, sandbox, above), "gate": gate, "subject": subjects[gate]} for gate in gates
    ]
    if kind == "decision":
        stage["reasons_apart"] = chance.one((None, True))
        if coin(chance):
            stage["answers_within"] = _span(chance, sandbox, 0, 40)
    if kind != "call_for_input":
        stage["concludes"] = chance.one(("at_term", "when_delivered"))
    if kind in ("call_for_input", "hearings"):
        stage["if_no_quorum"] = _no_quorum(chance, sandbox)
    if kind == "call_for_input":
        stage["entry_window"] = _span(chance, sandbox, 0, 5)
        stage["quorum"] = chance.one(({}, {"etat": 2}, {"etat": "1/2", "locales": 1}))
    if kind == "hearings":
        stage["minimum_hearings"] = chance.number(0, 2)
        if chance.number(0, 3) == 0:
            stage["convocation"] = _span(chance, sandbox, 0, 2)
        if coin(chance):
            stage["record_approval"] = _rule(chance, sandbox, [], heard=True)
    if kind == "scientific_review":
        stage["opinion"] = _rule(chance, sandbox, above)
        if chance.number(0, 2) == 0:
            stage["evaluation"] = "grille"
        if chance.number(0, 2) == 0:
            stage["meeting"] = {"notice": _span(chance, sandbox, 0, 2), "quorum": chance.one(SHARES)}
        if above and chance.number(0, 3):
            stage["refer_back"] = chance.one(above)
    return stage


def _above(stage: Raw, before: list[Raw]) -> list[str]:
    """Give the ids of the stages that come before this one, by whatever path."""
    direct = stage.get("after", [before[-1]["id"]] if before else [])
    found = list(direct)
    for number, other in reversed(list(enumerate(before))):
        if other["id"] in found:
            found += [name for name in _above(other, before[:number]) if name not in found]
    return found


def _no_quorum(chance: Chance, sandbox: bool) -> Raw:
    action = chance.one(("extend", "extend", "go_on_published", "go_on_published", "stop"))
    found: Raw = {"action": action}
    if action == "extend":
        found["by"] = _span(chance, sandbox, 1, 5)
        found["times"] = chance.number(0, 3)
        found["then"] = chance.one(("go_on_published", "stop"))
    return found
