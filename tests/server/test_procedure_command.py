"""`concertation procedure`: check, calendar, schema."""

import io
import json
import sys
from pathlib import Path

import pytest

from domain.builtin import source
from server.cli import call


def run(*words: str) -> int:
    return call(["procedure", *words])


def test_a_sound_procedure_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "assises-ia") == 0
    assert "aucune erreur" in capsys.readouterr().out
    assert run("check", "assises-ia", "--lang", "en") == 0
    assert "no error" in capsys.readouterr().out


def test_errors_are_told_with_their_place_and_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(source("environnement").replace("minimum: P21D", "minimum: P20D"), "utf-8")
    assert run("check", str(file)) == 1
    out = capsys.readouterr().out
    line = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "P20D, max" in text)
    assert f"erreur · ligne {line}, colonne" in out
    assert "stages.0.duration.minimum" in out
    assert "au moins 21 jours" in out
    assert "L123-19-1" in out
    assert "Erreurs à corriger : 1." in out.replace("\u00a0", " ")


def test_findings_are_given_as_json_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "standard-bac-a-sable", "--json") == 0
    findings = json.loads(capsys.readouterr().out)
    assert [(f["code"], f["severity"], f["path"]) for f in findings] == [("sandbox", "advice", ["sandbox"])]


def test_a_procedure_is_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"id: [")))
    assert run("check", "-") == 1
    assert "YAML" in capsys.readouterr().out


def test_a_file_that_does_not_exist_is_told_with_the_names_of_those_built_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("check", "nowhere.yaml") == 1
    assert "assises-ia" in capsys.readouterr().err


def test_the_calendar_shows_the_end_of_the_day_in_paris_and_overseas(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("calendar", "assises-ia", "--from", "2027-01-04") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Appel à contributions" in out
    assert "approbation dès le 20 déc. 2026 00:00 Paris" in out
    assert "ouverture 4 janv. 2027 00:00 Paris" in out
    assert "clôture 18 févr. 2027 05:00 Paris 17 févr. 2027 24:00 Pointe-à-Pitre, Fort-de-France" in out
    assert "18 févr. 2027 08:00 Saint-Denis" in out
    assert "Auditions – Métiers des agents publics" in out


def test_the_calendar_takes_other_territories_hours_and_languages(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--from", "2027-01-04T09:00+04:00", "--territory", "974", "--lang", "en")
    assert run("calendar", "consultation-ouverte", *words) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "opening 4 Jan 2027 06:00 Paris" in out
    assert "closing 19 Jan 2027 21:00 Paris 19 Jan 2027 24:00 Saint-Denis" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "9999-12-30"), "too far away"),
        (("--from", "2027-01-04", "--territory", "ZZ"), "no such territory"),
    ],
)
def test_a_calendar_that_cannot_be_reckoned_is_told(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("calendar", "standard", *words) == 1
    assert message in capsys.readouterr().err


def test_a_calendar_needs_a_sound_procedure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(
        source("standard").replace("kind: call_for_input", "kind: call_for_input\n    after: [decision]")
    )
    assert run("calendar", str(file), "--from", "2027-01-04") == 1
    assert "s’attendent" in capsys.readouterr().out


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Procedure"
