"""The built-in procedures and their sandboxes."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from domain.builtin import IDS, UnknownProcedure, builtin, names, source
from domain.check import check
from domain.graph import expand, with_descendants
from domain.legal import RULES
from domain.procedure import SIGNABLE, VISIBLE, Channel, Gate, Kind, Procedure, ReferBack, Role
from domain.reading import read
from domain.sandbox import SUFFIX, Pace, sandbox

DAY = timedelta(days=1)


@pytest.mark.parametrize("name", names())
def test_every_built_in_procedure_is_sound(name: str) -> None:
    procedure = builtin(name)
    assert procedure.id == name
    assert [f for f in check(procedure) if f.severity != "advice"] == []
    assert [f.code for f in check(procedure)] == (["sandbox"] if name.endswith(SUFFIX) else [])


@pytest.mark.parametrize("name", names())
def test_a_built_in_procedure_survives_its_json(name: str) -> None:
    procedure = builtin(name)
    assert Procedure.model_validate_json(procedure.model_dump_json()) == procedure


@pytest.mark.parametrize("name", IDS)
def test_labels_have_both_languages_and_files_are_as_published(name: str) -> None:
    procedure = builtin(name)
    labels = [procedure.label, procedure.summary or {}]
    for parts in (procedure.colleges, procedure.lanes, procedure.themes, procedure.offices, procedure.stages):
        labels += [part.label for part in parts]
    labels += procedure.labels_of_reasons().values()
    assert all({"fr", "en"} <= set(label) for label in labels)
    assert read(source(name)).procedure == procedure
    assert source(name + SUFFIX) == source(name)


@pytest.mark.parametrize("name", ["", "assises", "../procedures/standard", "standard.yaml", SUFFIX])
def test_an_unknown_procedure_is_told(name: str) -> None:
    with pytest.raises(UnknownProcedure):
        builtin(name)
    with pytest.raises(UnknownProcedure):
        source(name)


def test_the_standard_procedure_has_the_five_stages() -> None:
    assert [stage.kind for stage in builtin("standard").stages] == [
        Kind.CALL_FOR_INPUT, Kind.HEARINGS, Kind.SCIENTIFIC_REVIEW, Kind.SYNTHESIS, Kind.DECISION,
    ]  # fmt: skip


def test_the_consultations_last_what_the_law_asks() -> None:
    consultation, participation = (builtin(n).stages[0] for n in ("consultation-ouverte", "environnement"))
    assert (consultation.duration.planned, consultation.duration.minimum) == (15 * DAY, 15 * DAY)
    assert (participation.duration.planned, participation.duration.minimum) == (21 * DAY, 21 * DAY)
    assert consultation.admission == participation.admission == "open"


def test_the_delphi_panel_goes_on_until_its_threshold_or_three_rounds() -> None:
    delphi = builtin("delphi")
    gate = delphi.stages[1].approval(Gate.CONCLUSION)
    assert gate is not None
    assert gate.threshold == Fraction(4, 5)
    assert gate.if_refused == ReferBack(refer_back="questionnaire")
    assert delphi.rounds.maximum == 3


def test_the_assizes_are_what_the_domain_tells_of() -> None:
    assises = builtin("assises-ia")
    assert [lane.id for lane in assises.lanes] == ["politiques-publiques", "vie-publique", "metiers"]
    assert [college.id for college in assises.colleges] == [
        "etat", "collectivites", "agents", "societe-civile", "citoyens",
    ]  # fmt: skip
    assert {"economie", "social", "sante", "education", "securite"} <= {theme.id for theme in assises.themes}
    both = (Role.CO_PRESIDENT_STATE, Role.CO_PRESIDENT_LOCAL)
    assert set(assises.signoffs) == {"launch", "extension", "suspension", "abandonment", "decision"}
    assert all(signoff.all_of == both for signoff in assises.signoffs.values())
    council = [o for o in assises.offices if o.role in (Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER)]
    assert sum(office.seats for office in council) == 7
    assert set(Channel) == set(assises.channels)
    assert assises.stages[-1].duration.planned == 3 * 365 * DAY
    assert assises.rounds.maximum == 3


def test_a_referral_back_in_the_assizes_takes_up_the_call_for_input_but_not_the_hearings() -> None:
    stages = expand(builtin("assises-ia"))
    assert list(stages) == [
        "appel", "auditions.politiques-publiques", "auditions.vie-publique", "auditions.metiers",
        "avis", "synthese", "decision", "suivi",
    ]  # fmt: skip
    back = stages["avis"].refer_back
    assert back == "appel"
    assert with_descendants(stages, [back]) == ("appel", "avis", "synthese", "decision", "suivi")
    assert stages["appel"].after == stages["auditions.metiers"].after == ()


# Sandboxes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", IDS)
def test_a_sandbox_keeps_everything_but_time(name: str) -> None:
    procedure, played = builtin(name), builtin(name + SUFFIX)
    assert played.sandbox
    assert not procedure.sandbox
    assert [(s.id, s.after, s.kind, s.lane, s.quorum) for s in played.stages] == [
        (s.id, s.after, s.kind, s.lane, s.quorum) for s in procedure.stages
    ]
    assert played.offices == procedure.offices
    assert played.rounds == procedure.rounds
    assert set(played.signoffs) == set(procedure.signoffs)
    for stage, real in zip(played.stages, procedure.stages, strict=True):
        assert timedelta(0) < stage.duration.planned <= timedelta(seconds=10)
        assert bool(stage.duration.minimum) == bool(real.duration.minimum)
        assert (stage.duration.maximum is None) == (real.duration.maximum is None)
        assert bool(stage.entry_window) == bool(real.entry_window)
        assert [(a.gate, a.by, a.quorum) for a in stage.approvals] == [
            (a.gate, a.by, a.quorum) for a in real.approvals
        ]
        assert all(approval.within <= timedelta(seconds=6) for approval in stage.approvals)


def test_the_pace_of_a_sandbox_can_be_chosen() -> None:
    slow = sandbox(builtin("standard"), Pace(notice=20, stages=dict.fromkeys(Kind, 60.0), gate=30))
    assert slow.notice == timedelta(seconds=20)
    assert {stage.duration.planned for stage in slow.stages} == {timedelta(minutes=1)}
    assert check(slow)[0].code == "sandbox"


# The guide ----------------------------------------------------------------------------------------

GUIDE = (Path(__file__).parents[2] / "docs" / "procedures.md").read_text("utf-8")


def test_the_procedure_of_the_guide_is_sound() -> None:
    example = next(
        block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if block.startswith("id:")
    )
    reading = read(example)
    assert reading.findings == ()
    assert reading.is_sound


def test_the_guide_lists_every_rule_with_its_severity() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (error|advice) \|", GUIDE, re.MULTILINE))
    assert listed == {rule.id: rule.severity for rule in RULES}


def test_the_guide_names_every_choice() -> None:
    for word in (*SIGNABLE, *VISIBLE, *Kind, *Gate, *IDS):
        assert f"`{word}`" in GUIDE
