"""The check of a procedure: every finding at once, at the right place."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.builtin import IDS, builtin, source
from domain.check import SEVERITIES, check, is_sound
from domain.procedure import Procedure
from domain.reading import read

Raw = dict[str, Any]


def raw(name: str = "assises-ia") -> Raw:
    """Give a built-in procedure as a mapping to break."""
    return builtin(name).model_dump(mode="json", exclude_defaults=True)


def stage(procedure: Raw, name: str) -> Raw:
    return next(found for found in procedure["stages"] if found["id"] == name)


def office(procedure: Raw, name: str) -> Raw:
    return next(found for found in procedure["offices"] if found["id"] == name)


def found(procedure: Raw, severity: str = "error") -> list[tuple[str, str]]:
    """Give the findings of a severity as (code, dotted path)."""
    return [
        (finding.code, ".".join(map(str, finding.path)))
        for finding in check(procedure)
        if finding.severity == severity
    ]


def test_what_is_built_in_has_no_finding() -> None:
    assert check(raw()) == []
    assert check(builtin("assises-ia")) == []
    assert is_sound(check(raw()))


# Names --------------------------------------------------------------------------------------------


def test_an_id_used_twice_is_found_in_every_list() -> None:
    procedure = raw()
    for field in ("colleges", "lanes", "themes"):
        procedure[field].append(deepcopy(procedure[field][0]))
    procedure["offices"].append({**office(procedure, "garant")})
    assert found(procedure) == [
        ("duplicate_id", "colleges.5.id"),
        ("duplicate_id", "lanes.3.id"),
        ("duplicate_id", "themes.8.id"),
        ("duplicate_id", "offices.15.id"),
    ]


def test_two_stages_of_one_id_are_found() -> None:
    procedure = raw()
    procedure["stages"].append({**stage(procedure, "suivi")})
    assert ("duplicate_id", "stages.6.id") in found(procedure)


def test_unknown_lanes_colleges_and_territories_are_found() -> None:
    procedure = raw()
    office(procedure, "rapporteur-metiers")["lane"] = "metier"
    office(procedure, "ministere")["college"] = "ministeres"
    office(procedure, "saisie")["territory"] = "ZZ"
    procedure["territories"] = ["FR", "Corse"]
    stage(procedure, "auditions")["lane"] = "vie"
    stage(procedure, "appel")["quorum"]["presse"] = "1/4"
    assert {code for code, _ in found(procedure)} == {
        "unknown_lane", "unknown_college", "unknown_territory", "quorum_of_unknown_college",
        "synthesis_without_rapporteur",
    }  # fmt: skip


@pytest.mark.parametrize(
    "zone", ["Europe/Pari", "", "../etc/passwd", "Europe", "/etc/passwd", "Mars/Olympus"]
)
def test_a_time_zone_that_does_not_exist_is_found(zone: str) -> None:
    assert found({**raw(), "timezone": zone}) == [("timezone_invalid", "timezone")]


def test_reserved_names_are_refused() -> None:
    procedure = raw()
    office(procedure, "garant")["id"] = "coordinator"
    procedure["lanes"].append({"id": "each", "label": "Tous"})
    procedure["offices"].append({"id": "r", "role": "rapporteur", "label": "R", "lane": "each"})
    assert found(procedure) == [("reserved_name", "lanes.3.id"), ("reserved_name", "offices.14.id")]


def test_an_object_whose_visibility_cannot_be_set_is_found() -> None:
    procedure = raw()
    stage(procedure, "appel")["visibility"] = {"contribution": "live"}
    assert found(procedure) == [("visibility_unknown", "stages.0.visibility.contribution")]


def test_a_stage_for_each_axis_without_axes_is_advice() -> None:
    procedure = raw("standard")
    stage(procedure, "auditions")["lane"] = "each"
    assert found(procedure) == []
    assert ("lane_each_without_lanes", "stages.1.lane") in found(procedure, "advice")


# The course of stages -----------------------------------------------------------------------------


def test_a_cycle_is_found_once_with_what_it_makes_unreachable() -> None:
    procedure = raw()
    stage(procedure, "appel")["after"] = ["synthese"]
    assert found(procedure) == [
        ("cycle", "stages.0.after"),
        ("unreachable_stage", "stages.4"),
        ("unreachable_stage", "stages.5"),
    ]
    assert check(procedure)[0].args["stages"] == "appel → avis → synthese → appel"


def test_a_stage_after_itself_is_a_cycle() -> None:
    procedure = raw()
    stage(procedure, "suivi")["after"] = ["suivi"]
    assert found(procedure) == [("cycle", "stages.5.after")]


def test_a_stage_after_an_unknown_one_is_found_without_consequences() -> None:
    procedure = raw()
    stage(procedure, "avis")["after"] = ["apel", "auditions"]
    assert found(procedure) == [("unknown_after", "stages.2.after")]


def test_parallel_stages_of_the_same_kind_and_axis_are_found() -> None:
    procedure = raw()
    procedure["stages"].insert(1, {**deepcopy(stage(procedure, "appel")), "id": "appel-bis"})
    assert found(procedure) == [("parallel_same_kind", "stages.1")]


def test_parallel_stages_of_the_same_kind_on_different_axes_are_not() -> None:
    procedure = raw()
    one, other = (
        {**deepcopy(stage(procedure, "auditions")), "id": f"auditions-{lane}", "lane": lane, "after": []}
        for lane in ("metiers", "vie-publique")
    )
    procedure["stages"][1:2] = [one, other]
    stage(procedure, "avis")["after"] = ["appel", "auditions-metiers", "auditions-vie-publique"]
    assert found(procedure) == []


def test_stages_of_the_same_kind_one_after_the_other_are_not() -> None:
    procedure = raw("standard")
    procedure["stages"].insert(1, {**deepcopy(procedure["stages"][0]), "id": "appel-bis"})
    assert found(procedure) == []


def test_a_referral_back_names_a_known_stage_that_comes_before() -> None:
    procedure = raw()
    stage(procedure, "avis")["refer_back"] = "decision"
    stage(procedure, "appel")["approvals"][1]["if_refused"] = {"refer_back": "nowhere"}
    stage(procedure, "avis")["opinion"]["if_refused"] = {"refer_back": "auditions"}
    assert found(procedure) == [
        ("refer_back_unknown", "stages.0.approvals.1.if_refused.refer_back"),
        ("refer_back_not_before", "stages.2.refer_back"),
    ]


def test_a_stage_may_refer_back_to_itself() -> None:
    procedure = raw()
    stage(procedure, "avis")["refer_back"] = "avis"
    assert found(procedure) == []


def test_a_referral_back_without_another_round_is_advice() -> None:
    procedure = raw()
    procedure["rounds"] = {"maximum": 1}
    assert found(procedure) == []
    assert found(procedure, "advice") == [("refer_back_without_rounds", "stages.2.refer_back")]


# Stages -------------------------------------------------------------------------------------------


def test_minimum_planned_and_maximum_stand_in_this_order() -> None:
    procedure = raw()
    stage(procedure, "appel")["duration"] = {"planned": "P20D", "minimum": "P30D", "maximum": "P10D"}
    stage(procedure, "avis")["duration"] = {"planned": "PT0S"}
    stage(procedure, "appel")["if_no_quorum"]["by"] = "P1D"
    assert found(procedure) == [
        ("minimum_above_planned", "stages.0.duration.minimum"),
        ("planned_above_maximum", "stages.0.duration.maximum"),
        ("duration_empty", "stages.2.duration.planned"),
    ]


def test_an_automatic_extension_needs_a_length_within_the_maximum() -> None:
    procedure = raw()
    stage(procedure, "appel")["if_no_quorum"] = {"action": "extend", "by": "P16D", "times": 2}
    del stage(procedure, "auditions")["if_no_quorum"]["by"]
    assert found(procedure) == [
        ("extension_beyond_maximum", "stages.0.if_no_quorum.by"),
        ("extension_without_length", "stages.1.if_no_quorum.by"),
    ]


def test_a_procedure_without_a_non_digital_channel_is_refused() -> None:
    procedure = raw("consultation-ouverte")
    procedure["channels"] = ["online"]
    assert found(procedure) == [("no_non_digital_channel", "channels")]
    assert check(procedure)[0].source == "D5"


def test_a_call_for_input_without_a_non_digital_channel_is_refused() -> None:
    procedure = raw("consultation-ouverte")
    stage(procedure, "consultation")["channels"] = ["online"]
    assert found(procedure) == [("no_non_digital_channel", "stages.0.channels")]


def test_a_stage_uses_declared_channels_only() -> None:
    procedure = raw("consultation-ouverte")
    stage(procedure, "consultation")["channels"] = ["paper", "phone"]
    assert found(procedure) == [("channel_not_declared", "stages.0.channels")]


def test_fields_of_another_kind_are_found() -> None:
    procedure = raw()
    stage(procedure, "decision").update(
        refer_back="appel", minimum_hearings=2, questionnaire="q", entry_window="P1D", quorum={"etat": 3},
        opinion={"by": "scientific_council", "within": "P5D", "majority": "present"},
    )  # fmt: skip
    assert found(procedure) == [
        ("field_of_other_kind", f"stages.4.{field}")
        for field in ("opinion", "refer_back", "minimum_hearings", "questionnaire", "quorum", "entry_window")
    ]


def test_a_review_needs_an_opinion_and_a_call_for_input_ends_at_its_term() -> None:
    procedure = raw()
    del stage(procedure, "avis")["opinion"]
    stage(procedure, "appel")["concludes"] = "when_delivered"
    assert found(procedure) == [
        ("nothing_to_deliver", "stages.0.concludes"),
        ("review_without_opinion", "stages.2.opinion"),
    ]


def test_a_sandbox_says_so() -> None:
    assert found(raw("assises-ia-bac-a-sable"), "advice") == [("sandbox", "sandbox")]


# Ballots ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"if_refused": "reopen"}, "reopen_at_opening", "if_refused"),
        ({"if_silent": "lapse"}, "silence_without_way_out", "if_silent"),
        ({"if_silent": "escalate"}, "escalate_to_nobody", "escalate_to"),
        ({"if_silent": "escalate", "escalate_to": "elders"}, "electorate_unknown", "escalate_to"),
        ({"by": []}, "electorate_empty", "by"),
        ({"by": "conseil-scientifique"}, "electorate_unknown", "by"),
        ({"by": "panellist"}, "electorate_without_seats", "by"),
        ({"by": "co_president_state", "casting_vote": True}, "casting_vote_without_chair", "casting_vote"),
        ({"within": "PT0S"}, "window_empty", "within"),
        ({"second_within": "PT0S"}, "window_empty", "within"),
        ({"subject": ["seal"]}, "subject_not_yet_made", "subject"),
        ({"subject": ["synthesis"]}, "subject_of_other_kind", "subject"),
    ],
)
def test_a_gate_that_cannot_be_passed_or_left_is_found(change: Raw, code: str, field: str) -> None:
    procedure = raw()
    stage(procedure, "appel")["approvals"][0].update(change)
    assert found(procedure) == [(code, f"stages.0.approvals.0.{field}")]


def test_a_second_approval_at_the_same_gate_is_found() -> None:
    procedure = raw()
    approvals = stage(procedure, "appel")["approvals"]
    approvals.append(deepcopy(approvals[1]))
    assert found(procedure) == [("gate_twice", "stages.0.approvals.2.gate")]


def test_a_council_without_seats_can_never_decide() -> None:
    procedure = raw()
    procedure["offices"] = [o for o in procedure["offices"] if not o["role"].startswith("council")]
    assert found(procedure) == [
        ("electorate_without_seats", "stages.0.approvals.0.by"),
        ("electorate_without_seats", "stages.0.approvals.1.by"),
        ("electorate_without_seats", "stages.2.opinion.by"),
        ("casting_vote_without_chair", "stages.2.opinion.casting_vote"),
    ]


def test_a_casting_vote_needs_one_chair() -> None:
    procedure = raw()
    office(procedure, "presidence-conseil")["seats"] = 2
    assert found(procedure) == [("several_chairs", "stages.2.opinion.casting_vote")]


def test_an_electorate_of_one_axis_only_leaves_the_other_axes_without_voters() -> None:
    procedure = raw()
    gate = {"gate": "conclusion", "subject": "seal", "by": "rapporteur-metiers", "within": "P5D"}
    stage(procedure, "auditions")["approvals"] = [gate]
    assert found(procedure) == [("electorate_without_seats", "stages.1.approvals.0.by")]


def test_an_electorate_whose_seats_may_all_be_vacant_is_advice() -> None:
    procedure = raw()
    for name in ("presidence-conseil", "conseil"):
        office(procedure, name)["required"] = 0
    assert found(procedure) == []
    assert {code for code, _ in found(procedure, "advice")} == {"electorate_may_be_empty"}


def test_documents_put_to_the_vote_but_not_declared_and_unused_escalations_are_advice() -> None:
    procedure = raw()
    del stage(procedure, "appel")["questionnaire"]
    stage(procedure, "avis")["opinion"]["escalate_to"] = "coordinator"
    assert found(procedure) == []
    assert found(procedure, "advice") == [
        ("subject_not_declared", "stages.0.approvals.0.subject"),
        ("escalation_unused", "stages.2.opinion.escalate_to"),
    ]


def test_signatures_are_asked_of_offices_that_exist_and_in_time() -> None:
    procedure = raw()
    procedure["signoffs"] = {
        "launch": {"all_of": ["co_president_stat", "panellist", "garant"], "within": "PT0S"},
    }
    assert found(procedure) == [
        ("signatures_window_empty", "signoffs.launch.within"),
        ("signoff_unknown_office", "signoffs.launch.all_of.0"),
        ("signoff_without_seats", "signoffs.launch.all_of.1"),
    ]
    assert found(procedure, "advice") == [("signatory_may_be_missing", "signoffs.launch.all_of.2")]


def test_records_need_no_electorate_those_heard_approve_them() -> None:
    assert stage(raw(), "auditions")["record_approval"].get("by") is None
    assert check(raw()) == []


# People -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "findings"),
    [
        ("coordinator", [("coordinator_missing", "offices")]),
        ("deciding_authority", [("decision_without_authority", "stages.4")]),
        ("general_rapporteur", [("synthesis_without_general_rapporteur", "stages.3")]),
        ("rapporteur", [("synthesis_without_rapporteur", "stages.3")] * 3),
    ],
)
def test_an_office_that_the_stages_cannot_do_without_is_missed(
    role: str, findings: list[tuple[str, str]]
) -> None:
    procedure = raw()
    procedure["offices"] = [o for o in procedure["offices"] if o["role"] != role]
    assert found(procedure) == findings


def test_each_axis_needs_its_rapporteur() -> None:
    procedure = raw()
    procedure["offices"].remove(office(procedure, "rapporteur-metiers"))
    assert found(procedure) == [("synthesis_without_rapporteur", "stages.3")]
    assert check(procedure)[0].args["lane"] == "metiers"
    procedure["offices"].append({"id": "r", "role": "rapporteur", "label": "Pour tous les axes"})
    assert found(procedure) == []


def test_more_holders_required_than_seats_is_found() -> None:
    procedure = raw()
    office(procedure, "conseil")["required"] = 7
    assert found(procedure) == [("required_above_seats", "offices.5.required")]


def test_each_side_has_one_co_president() -> None:
    procedure = raw()
    office(procedure, "copresidence-etat")["seats"] = 2
    assert found(procedure) == [("several_co_presidents", "offices")]
    procedure["offices"].remove(office(procedure, "copresidence-locale"))
    assert ("co_presidency_of_one", "offices") in found(procedure, "advice")


def test_missing_addressees_and_clerks_are_advice() -> None:
    procedure = raw("standard")
    procedure["offices"] = [o for o in procedure["offices"] if o["role"] not in ("addressee", "clerk")]
    assert found(procedure) == []
    assert found(procedure, "advice") == [("addressees_missing", "offices"), ("clerk_missing", "offices")]


# Faults of form -----------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [None, [], "procedure", 3, ["stages"]])
def test_what_is_no_mapping_is_no_procedure(nothing: Any) -> None:
    assert [finding.code for finding in check(nothing)] == ["not_a_procedure"]


def test_an_empty_mapping_misses_four_fields_and_what_every_procedure_needs() -> None:
    missing = [("field_missing", field) for field in ("id", "label", "colleges", "stages")]
    assert found({}) == [*missing, ("no_non_digital_channel", "channels"), ("coordinator_missing", "offices")]


@pytest.mark.parametrize(
    ("place", "value", "finding"),
    [
        (("label",), {"en": "Assizes"}, ("label_without_french", "label")),
        (("label",), {"fr": "  "}, ("label_without_french", "label")),
        (("label",), 7, ("shape", "label")),
        (("notice",), "-P1D", ("out_of_range", "notice")),
        (("notice",), "P101Y", ("out_of_range", "notice")),
        (("notice",), "quinze jours", ("span_invalid", "notice")),
        (("channels",), ["paper", "fax"], ("choice_invalid", "channels.1")),
        (("lanes", 0, "id"), "Politiques publiques", ("name_invalid", "lanes.0.id")),
        (("colleges", 0), "etat", ("shape", "colleges.0")),
        (("stages", 0, "quorum", "etat"), "3/2", ("share_invalid", "stages.0.quorum.etat")),
        (("stages", 0, "quorum", "etat"), "1/0", ("share_invalid", "stages.0.quorum.etat")),
        (("stages", 0, "quorum", "etat"), "1e999999999", ("share_invalid", "stages.0.quorum.etat")),
        (("stages", 0, "quorum", "etat"), True, ("share_invalid", "stages.0.quorum.etat")),
        (("stages", 0, "quorum", "etat"), -1, ("out_of_range", "stages.0.quorum.etat")),
        (("stages", 0, "kind"), "survey", ("choice_invalid", "stages.0.kind")),
        (("stages", 0, "approvals", 0, "if_refused"), "retry", ("choice_invalid", "stages.0.approvals.0.if_refused")),
        (
            ("stages", 0, "approvals", 0, "if_refused"), {"refer_back": "À revoir"},
            ("name_invalid", "stages.0.approvals.0.if_refused.refer_back"),
        ),
        (
            ("stages", 0, "approvals", 0, "if_refused"), {"refer_to": "appel"},
            ("field_missing", "stages.0.approvals.0.if_refused.refer_back"),
        ),
        (("signoffs", "lunch"), {"all_of": ["garant"], "within": "P1D"}, ("signoff_unknown_act", "signoffs.lunch")),
        (("summary",), "NUL \0", ("text_invalid", "summary.fr")),
        (("summary",), "half \ud800", ("text_invalid", "summary.fr")),
        (("rounds", "maximum"), 11, ("out_of_range", "rounds.maximum")),
        (("stages",), [], ("out_of_range", "stages")),
    ],
)  # fmt: skip
def test_a_fault_of_form_is_one_finding_at_its_place(
    place: tuple[str | int, ...], value: Any, finding: tuple[str, str]
) -> None:
    procedure = raw()
    holder: Any = procedure
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    expected = finding if finding[1] != "summary.fr" else ("text_invalid", "summary")
    first = found(procedure)
    if place == ("stages", 0, "approvals", 0, "if_refused") and "refer_to" in str(value):
        assert set(first) == {finding, ("field_unknown", "stages.0.approvals.0.if_refused.refer_to")}
    else:
        assert first == [expected]


def test_a_fault_of_form_does_not_hide_what_makes_no_sense() -> None:
    procedure = raw()
    procedure["timezone"] = "Europe/Pari"
    procedure["colour"] = "blue"
    office(procedure, "conseil")["required"] = 7
    del stage(procedure, "decision")["kind"]
    assert set(found(procedure)) == {
        ("field_unknown", "colour"),
        ("field_missing", "stages.4.kind"),
        ("timezone_invalid", "timezone"),
        ("required_above_seats", "offices.5.required"),
    }


def test_names_that_cannot_be_read_are_still_followed() -> None:
    procedure = raw()
    stage(procedure, "appel")["id"] = "Appel à contributions"
    stage(procedure, "avis")["after"] = ["Appel à contributions", "auditions"]
    stage(procedure, "avis")["refer_back"] = "auditions"
    assert found(procedure) == [("name_invalid", "stages.0.id")]


def test_too_much_and_too_deep_are_refused_before_anything_else() -> None:
    deep: Any = "end"
    for _ in range(1000):
        deep = [deep]
    assert [f.code for f in check({"id": deep})] == ["too_deep"]
    assert [f.code for f in check({"id": [0] * 30_000})] == ["too_many_nodes"]


TEN_FAULTS = """\
id: dix-fautes
label: {en: Ten faults}                       # 1. no French text
timezone: Europe/Pari                         # 2. no such time zone
channels: [online]                            # 3. no non-digital channel
colour: blue                                  # 4. no such field
colleges:
  - {id: etat, label: État}
  - {id: etat, label: État bis}               # 5. the same id twice
offices:
  - {id: coordination, role: coordinator, label: Coordination}
  - {id: conseil, role: council_member, label: Conseil, seats: 2, required: 5}   # 6. more required than seats
  - {id: rapporteur, role: rapporteur, label: Rapporteur}
  - {id: general, role: general_rapporteur, label: Rapporteur général}
  - {id: autorite, role: deciding_authority, label: Autorité}
  - {id: destinataire, role: addressee, label: Destinataire}
stages:
  - id: appel
    kind: call_for_input
    label: Appel
    information_file: true
    duration: {planned: P20D, minimum: P30D}  # 7. a minimum above what is planned
  - id: avis
    kind: scientific_review
    label: Avis
    duration: {planned: P30D}
    opinion: {by: scientific_council, within: bientôt, majority: present}   # 8. not a length of time
    refer_back: synthese                      # 9. it comes after
  - id: synthese
    kind: synthesis
    label: Synthèse
    duration: {planned: P30D}
  - id: decision
    kind: decision
    label: Décision
    after: [synthèse]                         # 10. no such stage
    duration: {planned: P30D}
rounds: {maximum: 2}
"""


def test_a_file_with_ten_faults_has_ten_findings() -> None:
    reading = read(TEN_FAULTS)
    assert reading.procedure is None
    assert [(f.code, f.args["line"], f.severity) for f in reading.findings] == [
        ("label_without_french", 2, "error"),
        ("timezone_invalid", 3, "error"),
        ("no_non_digital_channel", 4, "error"),
        ("field_unknown", 5, "error"),
        ("duplicate_id", 8, "error"),
        ("required_above_seats", 11, "error"),
        ("minimum_above_planned", 21, "error"),
        ("span_invalid", 26, "error"),
        ("refer_back_not_before", 27, "error"),
        ("unknown_after", 35, "error"),
    ]


def test_findings_come_with_the_gravest_first() -> None:
    procedure = raw()
    office(procedure, "conseil")["required"] = 7
    procedure["notice"] = "P1D"
    severities = [finding.severity for finding in check(procedure)]
    assert severities == sorted(severities, key=SEVERITIES.index) == ["error", "advice"]


# Anything at all ----------------------------------------------------------------------------------

SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["fr", "id", "appel", "P1D", "1/2", "each", "scientific_council"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(IDS), st.data())
def test_no_mapping_whatsoever_breaks_the_check(name: str, data: st.DataObject) -> None:
    procedure: Any = raw(name)
    for _ in range(data.draw(st.integers(1, 4))):
        holder = procedure
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(holder[key], dict | list) and data.draw(st.booleans()):
                holder = holder[key]
                continue
            if isinstance(holder, dict) and data.draw(st.booleans()):
                del holder[key]
            else:
                holder[key] = data.draw(SCRAPS)
            break
    for finding in check(procedure):
        assert finding.severity in SEVERITIES
        assert all(isinstance(step, str | int) for step in finding.path)


def test_sixty_stages_on_thirty_axes_are_checked() -> None:
    procedure = raw()
    template = {"kind": "hearings", "label": "H", "lane": "each", "duration": {"planned": "P1D"}}
    procedure["lanes"] = [{"id": f"l{n}", "label": "L"} for n in range(30)]
    names = [f"s{number}" for number in range(60)]
    procedure["stages"] = [
        {**template, "id": name, "after": names[:number][-50:], "lane": "each" if number % 2 else None}
        for number, name in enumerate(names)
    ]
    assert ("parallel_same_kind", "stages.1") not in found(procedure)


def test_a_procedure_checked_as_a_model_or_as_a_mapping_is_the_same() -> None:
    for name in IDS:
        model = Procedure.model_validate(read(source(name)).procedure)
        assert check(model) == check(model.model_dump(mode="json"))
        assert model.notice >= timedelta(days=15)
