"""Later versions of a procedure, changed by chance: what may be migrated to, and much that may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from domain import acts
from domain.digests import digest
from domain.migrating.reporting import report
from domain.procedure import Procedure
from domain.refusals import Refusal
from tests.properties.chance import Chance, coin
from tests.properties.generated import ELECTORATES, KINDS, SHARES
from tests.properties.moves import Move
from tests.unit.play import Play

Raw = dict[str, Any]
Edit = Callable[[Chance, Raw], None]


def _length(chance: Chance, raw: Raw, least: int, most: int) -> str:
    number = chance.number(least, most)
    return f"PT{number}S" if raw["sandbox"] else f"P{number}D"


def _stage(chance: Chance, raw: Raw) -> Raw:
    found: Raw = chance.one(raw["stages"])
    return found


def _duration(chance: Chance, raw: Raw) -> None:
    field = chance.one(("planned", "planned", "minimum", "maximum"))
    _stage(chance, raw)["duration"][field] = _length(chance, raw, 1, 60)


def _longer(chance: Chance, raw: Raw) -> None:
    _stage(chance, raw)["duration"].update(planned=_length(chance, raw, 40, 90), maximum=None)


def _gates(chance: Chance, raw: Raw) -> None:
    stage = _stage(chance, raw)
    stage.setdefault("approvals", [])
    if stage["approvals"] and coin(chance):
        stage["approvals"].pop()
    for approval in stage["approvals"]:
        approval["quorum"] = chance.one(SHARES)
        approval["within"] = _length(chance, raw, 1, 9)
    if not stage["approvals"]:
        gate, subject = chance.one((("opening", "information_file"), ("conclusion", "seal")))
        stage["approvals"].append({
            "gate": gate, "subject": [subject], "by": [chance.one(ELECTORATES)], "within": _length(chance, raw, 1, 9),
            "if_silent": "given", "if_refused": "go_on_published",
        })  # fmt: skip


def _rule(chance: Chance, raw: Raw) -> None:
    stage = _stage(chance, raw)
    for name in ("opinion", "record_approval"):
        if stage.get(name) is not None:
            stage[name].update(quorum=chance.one(SHARES), secret=coin(chance))


def _field(chance: Chance, raw: Raw) -> None:
    field, values = chance.one((
        ("entry_window", (_length(chance, raw, 0, 8),)), ("admission", ("invited", "registered", "open")),
        ("quorum", ({}, {"etat": 1})), ("visibility", ({}, {"votes": "live"}, {"contributions": "never"})),
        ("channels", (None, ["paper"], ["online", "paper"])), ("label", ({"fr": "x"},)), ("information_file", (True,)),
        ("minimum_hearings", (0, 1)), ("concludes", ("at_term", "when_delivered")),
        ("answers_within", (None, _length(chance, raw, 1, 40))), ("questionnaire", (None, "autre")),
        ("kind", KINDS), ("refer_back", (None,)), ("after", (None, [])), ("convocation", (_length(chance, raw, 0, 3),)),
    ))  # fmt: skip
    _stage(chance, raw)[field] = chance.one(values)


def _more(chance: Chance, raw: Raw) -> None:
    place = chance.number(0, len(raw["stages"]))
    duration = {"planned": _length(chance, raw, 1, 20)}
    kind = chance.one(("call_for_input", "hearings", "follow_up"))
    after = [] if coin(chance) or not place else [raw["stages"][chance.number(0, place - 1)]["id"]]
    stage = {
        "id": f"n{chance.number(0, 99)}",
        "kind": kind,
        "label": "x",
        "duration": duration,
        "after": after,
    }
    if chance.number(0, 3) == 0:
        stage["lane"] = "each"
    raw["stages"].insert(place, stage)


def _fewer(chance: Chance, raw: Raw) -> None:
    if len(raw["stages"]) > 1:
        raw["stages"].remove(_stage(chance, raw))


def _people(chance: Chance, raw: Raw) -> None:
    match chance.number(0, 6):
        case 0:
            raw["offices"].remove(chance.one(raw["offices"]))
        case 1:
            chance.one(raw["offices"])["seats"] = chance.number(1, 6)
        case 2:
            chance.one(raw["offices"])["role"] = "addressee"
        case 3:
            raw["offices"].insert(
                0, {"id": f"o{chance.number(0, 9)}", "role": "clerk", "label": "x", "required": 0}
            )
        case 4:
            raw["lanes"] = raw["lanes"][1:] if coin(chance) else [*raw["lanes"], {"id": "z", "label": "z"}]
        case 5:
            raw["colleges"] = raw["colleges"][1:]
        case _:
            raw["themes"].append({"id": f"t{chance.number(0, 9)}", "label": "x"})


def _whole(chance: Chance, raw: Raw) -> None:
    field, values = chance.one((
        ("rounds", ({"maximum": 1}, {"maximum": 2}, {"maximum": 4})), ("signoffs", ({},)), ("themes", ([],)),
        ("territories", (["FR"], ["FR", "YT"])), ("sandbox", (True, False)), ("label", ({"fr": "Autre"},)),
        ("set_aside_reasons", ([], ["Hors du sujet", "Illisible"])), ("time_to_appeal", ("P62D", "P90D")),
    ))  # fmt: skip
    raw[field] = chance.one(values)


EDITS: tuple[Edit, ...] = (
    _duration, _longer, _longer, _gates, _rule, _field, _field, _more, _more, _fewer, _people, _whole,
)  # fmt: skip


def migration_move(chance: Chance, play: Play) -> Move | None:
    """Move to a version that differs in one to three things; now and then with a report that nobody gave."""
    current = play.process.procedure
    assert current is not None
    raw: Raw = current.model_dump(mode="json")
    raw["version"] += 1
    for _ in range(chance.number(1, 3)):
        chance.one(EDITS)(chance, raw)
    try:
        later = Procedure.model_validate(raw)
    except ValidationError:
        return None
    named = digest(later.model_dump(mode="json"))
    reported = report(play.process, later, named, play.now)
    known = isinstance(reported, tuple) and chance.number(0, 9) > 0
    assert isinstance(reported, tuple | Refusal)
    impact = reported[1].digest if known and isinstance(reported, tuple) else "0" * 64
    act = acts.MigrateProcedure(procedure=later, procedure_digest=named, impact_digest=impact, reason="x")
    return act, chance.one(("coordinator", "coordinator", "second", "state")), None
