"""Every refusal, finding, event and word has its text in both languages; texts are robust to what they are given."""

import ast
import pkgutil
import re
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

import domain
from api.faults import InputFault
from domain import acts, procedure, process
from domain.acts import Act, Conclusion
from domain.builtin import builtin
from domain.checks.shape import FORM_CODES
from domain.events import Event, Fact, ResponseGiven, StageOpened, Suspended, VoteCast
from domain.graph import expand
from domain.legal import RULES
from domain.migrating.impact import BECAUSE
from domain.procedure import SIGNABLE, BallotRule, Channel, Kind, Office, Procedure, Role
from domain.process import Process, State
from domain.refusals import Code, Refusal
from domain.summaries import refusal_text, summary
from domain.texts import (
    LANGUAGES,
    catalogue,
    has_text,
    instant,
    label,
    language_of,
    localised,
    negotiate,
    show,
    span,
    text,
)

DOMAIN = Path(domain.__file__).parent
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def modules_of(package: ModuleType) -> list[ModuleType]:
    """Give the modules of a package."""
    found = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    return [import_module(module.name) for module in found]


ENUMERATIONS = sorted(
    {
        value
        for module in (*modules_of(procedure), *modules_of(acts), *modules_of(process))
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
    },
    key=lambda enumeration: enumeration.__name__,
)
AT = datetime(2027, 3, 1, 8, tzinfo=UTC)


def kind_of(part: type) -> str:
    """Give the kind of a fact or an act."""
    return next(str(field.default) for field in fields(part) if field.name == "kind")


def finding_codes() -> set[str]:
    """Collect the codes of findings from the code that makes them."""
    found = {rule.id for rule in RULES}
    for path in DOMAIN.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id in ("Finding", "Unreadable", "PydanticCustomError")
                and call.args
            ):
                first = call.args[0]
                options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                found |= {str(option.value) for option in options if isinstance(option, ast.Constant)}
    return found | {"shape", *FORM_CODES.values(), *BECAUSE}


@pytest.mark.parametrize("code", Code)
def test_every_refusal_has_its_text(code: Code) -> None:
    assert has_text(f"refusal.{code}")


def test_every_finding_has_its_text() -> None:
    codes = finding_codes()
    assert len(codes) > 80
    assert [code for code in sorted(codes) if not has_text(f"finding.{code}")] == []


def test_no_text_of_a_finding_is_left_over() -> None:
    known = {key.removeprefix("finding.") for key in catalogue("fr") if key.startswith("finding.")}
    assert known - finding_codes() == set()


def test_no_text_of_a_refusal_is_left_over() -> None:
    known = {key.removeprefix("refusal.") for key in catalogue("fr") if key.startswith("refusal.")}
    assert known - set(Code) == {"SIGN_OFF_PENDING"}


def test_every_fault_of_an_argument_has_its_text_and_none_is_left_over() -> None:
    known = {key.removeprefix("input.") for key in catalogue("fr") if key.startswith("input.")}
    assert known == set(InputFault)


@pytest.mark.parametrize("fact", get_args(Fact), ids=kind_of)
def test_every_event_has_its_text_filled_from_its_own_fields(fact: type) -> None:
    kind = kind_of(fact)
    keys = [key for key in catalogue("fr") if key == f"event.{kind}" or key.startswith(f"event.{kind}.")]
    assert f"event.{kind}" in keys
    derived = {"stage", "procedure", "version", "count", "missed", "shift", "office"}
    derived |= {part.name for part in fields(process.Count)}
    own = {part.name for part in fields(fact)}
    for key in keys:
        assert set(PLACEHOLDER.findall(catalogue("fr")[key])) <= own | derived


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda enumeration: str(enumeration.__name__))
def test_every_value_of_an_enumeration_has_its_word(enumeration: type[StrEnum]) -> None:
    for value in enumeration:
        for language in LANGUAGES:
            assert not label(value, (language,)).endswith(f".{value}")
        assert show(value, "fr") == label(value, ("fr",))


@pytest.mark.parametrize("act", [*map(kind_of, get_args(Act)), *SIGNABLE])
def test_every_act_has_its_word(act: str) -> None:
    assert has_text(f"act.{act}")


def test_both_catalogues_have_the_same_texts_with_the_same_placeholders() -> None:
    french, english = catalogue("fr"), catalogue("en")
    assert set(french) == set(english)
    for key, template in french.items():
        assert template
        assert english[key]
        assert set(PLACEHOLDER.findall(template)) == set(PLACEHOLDER.findall(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_have_no_broken_bracket_and_no_key_twice(language: str) -> None:
    path = DOMAIN / "locale" / language / "LC_MESSAGES" / "concertation.po"
    keys = re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(catalogue(language))
    for key, template in catalogue(language).items():
        bare = re.sub(r"\[[^\[\]]*\]", "", PLACEHOLDER.sub("", template))
        assert not set(bare) & set("[]{}"), key
    with path.open("rb") as file:
        assert read_po(file).locale_identifier == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_without_its_arguments_is_still_a_sentence(language: str) -> None:
    for key in catalogue(language):
        shown = text(key, (language,))
        assert not set(shown) & set("[]{}"), key
        if key.startswith("refusal."):
            assert "…" not in shown, key
            assert "  " not in shown, key
            assert " ," not in shown, key


@given(st.dictionaries(st.sampled_from(["stage", "at", "state", "figure", "count"]), st.text(max_size=20)))
def test_no_argument_breaks_a_text(args: dict[str, str]) -> None:
    for key in ("refusal.STAGE_NOT_OPEN", "finding.reasonable_time", "event.stage_opened"):
        assert text(key, ("fr",), **args)


def test_arguments_are_shown_and_never_read_as_templates() -> None:
    shown = text("refusal.UNKNOWN_STAGE", ("en",), stage="[{office}]", office="secret")
    assert "[{office}]" in shown
    assert "secret" not in shown


def test_instants_are_shown_in_paris_time_and_a_closing_at_midnight_ends_its_day() -> None:
    assert instant(datetime(2027, 3, 1, 8, tzinfo=UTC), "fr") == "1er mars 2027 à 09:00 (heure de Paris)"
    midnight = datetime(2027, 3, 16, 23, tzinfo=UTC)
    assert instant(midnight, "fr", ends=True) == "16 mars 2027 à 24:00 (heure de Paris)"
    assert instant(midnight, "fr") == "17 mars 2027 à 00:00 (heure de Paris)"
    assert "16 mars 2027 à 24:00" in text("refusal.STAGE_NOT_OPEN", ("fr",), closesAt=midnight.isoformat())
    assert "17 mars 2027 à 00:00" in text("refusal.STAGE_NOT_OPEN", ("fr",), opensAt=midnight.isoformat())
    assert instant(datetime(2027, 7, 1, 8, 0, 5, tzinfo=UTC), "en") == "1 July 2027 at 10:00:05 (Paris time)"


def test_instants_and_lengths_given_as_text_are_recognised() -> None:
    shown = text("refusal.BELOW_MINIMUM", ("fr",), stage="appel", at="2027-03-01T08:00:00+00:00")
    assert "1er mars 2027 à 09:00 (heure de Paris)" in shown
    assert "30 jours" in text("finding.reasonable_time", ("fr",), stage="a", found="P30D", figure="P15D")
    assert show("2027-13-45T99:00:00+00:00", "fr") == "2027-13-45T99:00:00+00:00"
    assert show("P" + "9" * 400 + "D", "fr").startswith("P999")


@pytest.mark.parametrize(
    ("length", "french", "english"),
    [
        (timedelta(days=15), "15 jours", "15 days"),
        (timedelta(days=1, hours=2), "1 jour 2 heures", "1 day 2 hours"),
        (timedelta(0), "0 seconde", "0 seconds"),
    ],
)
def test_lengths_of_time_are_shown_in_words(length: timedelta, french: str, english: str) -> None:
    assert (span(length, "fr"), span(length, "en")) == (french, english)


def test_values_of_enumerations_are_shown_by_their_word() -> None:
    assert "à venir" in text("refusal.STAGE_WRONG_STATE", ("fr",), stage="a", state=State.PENDING)
    assert "tenue" in text("refusal.HEARING_WRONG_STATE", ("fr",), state="held")
    assert "proroger une étape" in text("refusal.NOT_ALLOWED", ("fr",), act="extend_stage")
    assert label("paper", ("en",), "channel") == "paper"
    assert label(Channel.PAPER, ("fr",)) == "papier"
    assert label(Kind.HEARINGS, ("fr",)) == "auditions"


@pytest.mark.parametrize(
    ("languages", "starts"),
    [((), "La"), (("en-GB",), "The"), (("de", "en"), "The"), (("de",), "La"), (("fr-CA", "en"), "La")],
)
def test_the_language_is_the_first_that_exists_and_french_by_default(
    languages: tuple[str, ...], starts: str
) -> None:
    assert text("refusal.ALREADY_LAUNCHED", languages).startswith(starts)


def test_an_unknown_key_is_shown_as_it_is() -> None:
    assert text("refusal.OF_TOMORROW", ("fr",)) == "refusal.OF_TOMORROW"


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        (None, ["fr"]),
        ("", ["fr"]),
        ("en-US,en;q=0.9,fr;q=0.8", ["en-us", "en", "fr"]),
        ("en;q=0, de;q=0.2, *;q=0.1", ["de", "fr"]),
        ("fr;q=0.1, en", ["en", "fr"]),
        ("<script>, en;q=x, \ud800;q=1", ["fr"]),
    ],
)
def test_languages_are_negotiated_from_the_header(header: str | None, languages: list[str]) -> None:
    assert negotiate(header) == tuple(languages)


@pytest.mark.parametrize(
    ("header", "language"),
    [(None, "fr"), ("en-GB", "en"), ("de, en;q=0.5", "en"), ("de", "fr"), ("fr-CA, en", "fr")],
)
def test_one_language_of_the_catalogues_is_what_a_reader_gets(header: str | None, language: str) -> None:
    assert language_of(negotiate(header)) == language


def test_labels_fall_back_on_french() -> None:
    assert localised({"fr": "Axe", "en": "Axis"}, ("en-GB",)) == "Axis"
    assert localised({"fr": "Axe", "de": "Achse"}, ("en",)) == "Axe"
    assert localised({}, ("en",)) == ""


# Summaries ----------------------------------------------------------------------------------------


def assises() -> Process:
    rules = builtin("assises-ia")
    return Process(
        id="x",
        procedure=rules,
        stages=expand(rules),
        lanes={lane.id: lane.label for lane in rules.lanes},
        offices={
            office.id: process.OfficeHeld(
                **{
                    part.name: getattr(office, part.name)
                    for part in fields(process.OfficeHeld)
                    if part.name != "terms"
                }
            )
            for office in rules.offices
        },
    )


def test_a_summary_names_stages_and_offices_by_their_labels() -> None:
    opened = StageOpened(opens_at=AT, closes_at=AT + timedelta(days=15), entry_closes_at=AT, late=False)
    event = Event(at=AT, actor="system", fact=opened, round=1, stage="auditions.metiers")
    shown = summary(event, assises(), ("fr",))
    assert "Auditions – Métiers des agents publics" in shown
    assert "16 mars 2027 à 09:00" in shown
    assert "auditions.metiers" in summary(event, None, ("en",))


def test_a_summary_chooses_the_variant_of_the_fact() -> None:
    whole = Event(at=AT, actor="m", fact=Suspended(reason="Élections"))
    assert summary(whole, None, ("fr",)).startswith("Suspension de toute la concertation")
    secret = VoteCast(ballot="b", seat="conseil/2", position=None, subject="s", commitment="c")
    shown = summary(Event(at=AT, actor="m", fact=secret, stage="avis"), assises(), ("fr",))
    assert "secret" in shown
    assert "Conseil scientifique" in shown


def test_a_reason_that_ends_its_sentence_does_not_end_it_twice() -> None:
    for reason in ("Panne.", "Panne"):
        event = Event(at=AT, actor="m", fact=Suspended(reason=reason))
        assert summary(event, None, ("fr",)).endswith("\u00a0: Panne.")


def test_a_summary_says_who_answers_by_office_and_never_by_member() -> None:
    given_ = ResponseGiven(
        recommendation="r1", addressee="ministere", answer=acts.Answer.FOLLOWED,
        reasons=acts.Body(id="b", digest="d"), version=1,
    )  # fmt: skip
    shown = summary(Event(at=AT, actor="member-7", fact=given_), assises(), ("fr",))
    assert "Ministère chargé du numérique" in shown
    assert "suivie" in shown
    assert "member-7" not in shown


def test_a_refusal_names_the_stage_by_its_label() -> None:
    refusal = Refusal(Code.SUSPENDED, {"stage": "appel"})
    assert "Appel à contributions" in refusal_text(refusal, assises(), ("fr",))
    assert "appel" in refusal_text(refusal, None, ("fr",))


st.register_type_strategy(Procedure, st.just(builtin("standard")))
st.register_type_strategy(BallotRule, st.just(BallotRule(within=timedelta(days=1))))
st.register_type_strategy(
    Office, st.builds(lambda role: Office(id="o", role=role, label={"fr": "Fonction"}), st.sampled_from(Role))
)


@pytest.mark.parametrize("fact", get_args(Fact), ids=kind_of)
def test_every_event_can_be_said_in_both_languages_whatever_it_holds(fact: type) -> None:
    assert is_dataclass(fact)
    known = assises()

    @settings(max_examples=10)
    @given(st.from_type(fact), st.sampled_from(["avis", "auditions.metiers", "nowhere", None]))
    def holds(said: Fact, stage: str | None) -> None:
        event = Event(at=AT, actor="m", fact=said, stage=stage)
        for language in LANGUAGES:
            for about in (None, known):
                assert summary(event, about, (language,))

    holds()


def test_the_conclusion_of_an_opinion_has_its_word() -> None:
    assert label(Conclusion.REFER_BACK, ("fr",)) == "renvoi pour réexamen"
