"""The rules of law and practice, and what overrules them."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from domain.builtin import builtin
from domain.check import check, is_sound
from domain.legal import RULES, Rule
from domain.refusals import Finding

Raw = dict[str, Any]
REASON = "Accord de la juriste du 3 mars"


def raw(name: str, **change: Any) -> Raw:
    return {**builtin(name).model_dump(mode="json", exclude_defaults=True), **change}


def stage(procedure: Raw, index: int) -> Raw:
    found: Raw = procedure["stages"][index]
    return found


def legal(procedure: Raw) -> dict[str, Finding]:
    """Give the findings of rules by rule."""
    rules = {rule.id for rule in RULES}
    return {finding.code: finding for finding in check(procedure) if finding.code in rules}


def test_every_rule_names_its_source_and_has_an_id_of_its_own() -> None:
    assert all(rule.source for rule in RULES)
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.severity for rule in RULES} == {"error", "advice"}


@pytest.mark.parametrize(
    ("name", "rule", "days"),
    [
        ("consultation-ouverte", "open_consultation_minimum", 15),
        ("environnement", "environment_minimum", 21),
    ],
)
def test_an_open_consultation_cannot_be_shorter_than_the_law(name: str, rule: str, days: int) -> None:
    procedure = raw(name)
    stage(procedure, 0)["duration"]["minimum"] = f"P{days - 1}D"
    finding = legal(procedure)[rule]
    assert finding.severity == "error"
    assert finding.path == ("stages", 0, "duration", "minimum")
    assert finding.args["figure"] == f"P{days}D"
    assert finding.args["found"] == f"P{days - 1}D"
    stage(procedure, 0)["duration"]["minimum"] = f"P{days}D"
    assert legal(procedure) == {}


def test_the_minimum_counts_and_not_what_is_planned() -> None:
    procedure = raw("environnement")
    stage(procedure, 0)["duration"] = {"planned": "P60D"}
    assert set(legal(procedure)) == {"environment_minimum"}


def test_a_rule_holds_for_its_profile_only() -> None:
    procedure = raw("consultation-ouverte", legal_profile="free")
    stage(procedure, 0)["duration"] = {"planned": "P10D", "minimum": "P8D"}
    found = legal(procedure)
    assert set(found) == {"reasonable_time"}
    assert found["reasonable_time"].severity == "advice"


def test_a_decision_on_the_environment_waits_four_days_after_the_participation() -> None:
    procedure = raw("environnement")
    del stage(procedure, 0)["entry_window"]
    stage(procedure, 1)["duration"]["minimum"] = "P3D"
    found = legal(procedure)
    assert found["environment_rest_before_adoption"].args["found"] == "P3D"
    assert found["environment_rest_before_adoption"].path == ("stages", 2)
    stage(procedure, 0)["entry_window"] = "P1D"
    assert legal(procedure) == {}


def test_the_wait_is_that_of_the_longest_way_to_the_decision() -> None:
    procedure = raw("environnement")
    del stage(procedure, 0)["entry_window"]
    stage(procedure, 1)["duration"]["minimum"] = "P1D"
    slow = {
        "id": "auditions", "kind": "hearings", "label": "Auditions", "after": ["participation"],
        "duration": {"planned": "P9D", "minimum": "P5D"},
    }  # fmt: skip
    procedure["stages"].insert(1, slow)
    stage(procedure, 2)["after"] = ["participation"]
    stage(procedure, 3)["after"] = ["synthese", "auditions"]
    assert "environment_rest_before_adoption" not in legal(procedure)
    stage(procedure, 3)["after"] = ["synthese"]
    assert "environment_rest_before_adoption" in legal(procedure)


def test_a_cycle_does_not_hang_the_rules() -> None:
    procedure = raw("environnement")
    stage(procedure, 0)["after"] = ["decision"]
    assert "environment_rest_before_adoption" not in legal(procedure)


def test_participation_on_the_environment_is_electronic_or_postal_with_two_documents() -> None:
    procedure = raw("environnement", channels=["counter", "phone"])
    del procedure["stages"][1]
    assert {"environment_channels", "environment_two_documents"} <= set(legal(procedure))
    together = raw("environnement")
    del stage(together, 2)["reasons_apart"]
    found = legal(together)["environment_two_documents"]
    assert (found.path, found.args["stage"]) == (("stages", 2, "reasons_apart"), "decision")


@pytest.mark.parametrize(
    ("name", "rule"), [("environnement", "environment_publication"), ("standard", "results_published")]
)
def test_results_cannot_stay_hidden(name: str, rule: str) -> None:
    procedure = raw(name)
    place = next(index for index, found in enumerate(procedure["stages"]) if found["kind"] == "decision")
    stage(procedure, place)["visibility"] = {"decision": "never"}
    finding = legal(procedure)[rule]
    assert finding.severity == "error"
    assert finding.path == ("stages", place, "visibility", "decision")


def test_the_time_to_appeal_is_two_months_at_least_but_in_a_sandbox() -> None:
    finding = legal(raw("standard", time_to_appeal="P61D"))["appeal_minimum"]
    assert (finding.severity, finding.path) == ("error", ("time_to_appeal",))
    for procedure in (
        raw("standard", time_to_appeal="P62D"),
        raw("standard"),
        raw("standard", time_to_appeal="PT8S", sandbox=True),
    ):
        assert "appeal_minimum" not in legal(procedure)


def test_a_procedure_that_says_nothing_of_appeals_is_written_as_before() -> None:
    assert "time_to_appeal" not in builtin("standard").model_dump(mode="json")


def test_a_public_debate_keeps_to_its_months() -> None:
    procedure = raw("standard", legal_profile="public_debate")
    stage(procedure, 0)["duration"] = {"planned": "P121D", "minimum": "P30D", "maximum": "P181D"}
    stage(procedure, 3)["duration"] = {"planned": "P61D"}
    stage(procedure, 4)["duration"] = {"planned": "P91D"}
    assert set(legal(procedure)) == {
        "public_debate_length", "public_debate_length_extended", "public_debate_report", "public_debate_decision",
    }  # fmt: skip
    stage(procedure, 0)["duration"] = {"planned": "P120D", "minimum": "P30D"}
    assert "public_debate_length_extended" in legal(procedure)
    stage(procedure, 0)["duration"]["maximum"] = "P180D"
    assert set(legal(procedure)) == {"public_debate_report", "public_debate_decision"}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"within": "P4D"}, "council_notice"),
        ({"quorum": "1/3"}, "council_quorum"),
        ({"majority": "simple"}, "council_majority"),
    ],
)
def test_the_usual_rules_of_a_council_are_advice(change: Raw, rule: str) -> None:
    procedure = raw("standard")
    stage(procedure, 2)["opinion"].update(change)
    found = legal(procedure)
    assert set(found) == {rule}
    assert found[rule].severity == "advice"
    assert "2006-672" in found[rule].source


def test_a_panel_declares_its_threshold_and_has_three_rounds() -> None:
    procedure = raw("delphi")
    stage(procedure, 1)["approvals"][0]["threshold"] = "70 %"
    procedure["rounds"]["maximum"] = 4
    found = legal(procedure)
    assert set(found) == {"panel_threshold", "panel_rounds"}
    assert (found["panel_threshold"].args["figure"], found["panel_threshold"].args["found"]) == (
        "4/5",
        "7/10",
    )
    assert found["panel_rounds"].args["found"] == 4


def test_announcement_information_and_paper_in_transit_are_advice() -> None:
    procedure = raw("standard", notice="P14D")
    del stage(procedure, 0)["entry_window"]
    del stage(procedure, 0)["information_file"]
    found = legal(procedure)
    assert set(found) == {"announcement", "information_given", "paper_in_transit"}
    assert {finding.severity for finding in found.values()} == {"advice"}


# What overrules -----------------------------------------------------------------------------------


def test_a_rule_is_overruled_with_a_reason_that_is_kept() -> None:
    procedure = raw("environnement", overrules=[{"rule": "environment_minimum", "reason": REASON}])
    stage(procedure, 0)["duration"]["minimum"] = "P15D"
    finding = legal(procedure)["environment_minimum"]
    assert finding.severity == "overruled"
    assert finding.args["reason"] == REASON
    assert is_sound(check(procedure))


def test_a_rule_cannot_be_overruled_without_a_reason() -> None:
    procedure = raw("environnement", overrules=[{"rule": "environment_minimum", "reason": "non"}])
    assert [(f.code, f.path) for f in check(procedure)] == [("out_of_range", ("overrules", 0, "reason"))]


@pytest.mark.parametrize("rule", ["environment_minimun", "no_non_digital_channel", "cycle"])
def test_only_rules_of_law_and_practice_can_be_overruled(rule: str) -> None:
    procedure = raw("environnement", overrules=[{"rule": rule, "reason": REASON}], channels=["online"])
    found = {(finding.code, finding.severity) for finding in check(procedure)}
    assert ("overrule_of_unknown_rule", "error") in found
    assert ("no_non_digital_channel", "error") in found


def test_the_legal_durations_do_not_bind_a_sandbox_but_the_other_rules_do() -> None:
    procedure = raw("environnement-bac-a-sable", channels=["counter"])
    assert {(finding.code, finding.severity) for finding in check(procedure)} == {
        ("environment_channels", "error"),
        ("sandbox", "advice"),
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_every_figure_can_be_written_into_a_finding(rule: Rule) -> None:
    assert rule.figure is None or isinstance(rule.figure, timedelta | Fraction | int)
