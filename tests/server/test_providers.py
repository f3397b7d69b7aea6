"""The file of identity providers: who is trusted to say who somebody is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domain.texts import LANGUAGES, catalogue, text
from server.settings import SettingMissing, Settings
from server.sign_in.failures import Failure
from server.sign_in.next_path import next_path
from server.sign_in.providers import Kind, ProvidersRefused, read_providers
from store.sign_ins import Missed

ENTRY: dict[str, Any] = {
    "id": "proconnect",
    "kind": "proconnect",
    "label": {"fr": "ProConnect", "en": "ProConnect"},
    "discovery_url": "https://auth.example/api/v2/.well-known/openid-configuration",
    "client_id": "client",
    "client_secret_env": "SECRET_OF_TESTS",
}


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_TESTS", " a secret\n")


def settings(folder: Path, *entries: dict[str, Any], **more: Any) -> Settings:
    file = folder / "providers.json"
    file.write_text(json.dumps({"providers": entries}))
    return Settings(data_dir=folder, providers_file=file, **more)


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    assert read_providers(Settings(data_dir=tmp_path)) == {}
    empty = Path("/dev/null")
    assert read_providers(Settings(data_dir=tmp_path, providers_file=empty)) == {}
    assert (
        read_providers(Settings(data_dir=tmp_path, providers_file=empty, public_url="http://c.example")) == {}
    )


def test_a_provider_is_read_with_its_secret_which_nothing_prints(tmp_path: Path) -> None:
    (found,) = read_providers(settings(tmp_path, ENTRY)).values()
    assert (found.kind, found.secret) == (Kind.PROCONNECT, "a secret")
    assert found.named_issuer == "https://auth.example/api/v2"
    assert found.asked_scopes == "openid siret"
    assert "a secret" not in f"{found!r} {found} {found.model_dump()}"


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("other\n")
    entry = ENTRY | {"client_secret_env": None, "client_secret_file": str(tmp_path / "secret")}
    assert read_providers(settings(tmp_path, entry))["proconnect"].secret == "other"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "../x"}, "id"),
        ({"id": "A"}, "id"),
        ({"kind": "saml"}, "kind"),
        ({"label": {"fr": "x"}}, "label"),
        ({"discovery_url": "http://auth.example/.well-known/openid-configuration"}, "https"),
        ({"discovery_url": "https://auth.example/elsewhere"}, "discovery_url ends in"),
        ({"client_secret_env": None}, "client_secret"),
        ({"client_secret_file": "/x"}, "not both"),
        ({"client_secret": "here"}, "does not belong"),
        ({"client_secret_env": "NOT_SET_IN_TESTS"}, "is empty"),
        ({"client_secret_env": None, "client_secret_file": "/nowhere/at/all"}, "cannot be read"),
        ({"scopes": ["siret"]}, "openid"),
        ({"scopes": ["openid", "a b"]}, "scopes"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"algorithms": []}, "algorithms"),
        ({"typo": 1}, "typo"),
    ],
    ids=str,
)
def test_what_cannot_be_trusted_is_refused_at_the_start(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    entry = {name: value for name, value in (ENTRY | change).items() if value is not None}
    with pytest.raises(ProvidersRefused, match=said) as refused:
        read_providers(settings(tmp_path, entry))
    assert "here" not in str(refused.value).replace("where", "").replace("there", "")


def test_each_provider_and_each_issuer_is_named_once(tmp_path: Path) -> None:
    for other in ({"id": "other"}, {"discovery_url": ENTRY["discovery_url"].replace("auth", "b")}):
        with pytest.raises(ProvidersRefused, match="once"):
            read_providers(settings(tmp_path, ENTRY, ENTRY | other))


@pytest.mark.parametrize("content", ["x: [", "7", '{"providers": 7}'])
def test_what_is_no_file_of_providers_is_refused(tmp_path: Path, content: str) -> None:
    given = settings(tmp_path, ENTRY)
    assert given.providers_file is not None
    given.providers_file.write_text(content)
    with pytest.raises(ProvidersRefused):
        read_providers(given)


def test_people_are_sent_back_to_an_address_that_the_operator_named(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing, match="PUBLIC_URL"):
        read_providers(settings(tmp_path, ENTRY, host="0.0.0.0"))
    with pytest.raises(ProvidersRefused, match="https"):
        read_providers(settings(tmp_path, ENTRY, public_url="http://concertation.example"))
    assert read_providers(settings(tmp_path, ENTRY, host="0.0.0.0", public_url="https://c.example"))


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_says_what_is_wrong_and_what_to_do(failure: Failure, language: str) -> None:
    for key in (f"sign_in.{failure}", f"sign_in.{failure}.do"):
        assert key in catalogue(language)
        assert "…" not in text(key, (language,), provider="ProConnect")


def test_what_is_not_found_is_told_as_a_failure() -> None:
    assert {missed.value for missed in Missed} <= {failure.value for failure in Failure}


@pytest.mark.parametrize("path", ["/", "/concertations", "/a/b?c=d&e=/f#g", "/%2F%2Fevil.example"])
def test_a_path_of_this_site_is_gone_on_to(path: str) -> None:
    assert next_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        None,
        "",
        "x",
        "https://e",
        "//e",
        "///e",
        "/\\e",
        "\\e",
        "/a\\b",
        "/a b",
        "/\n/e",
        "/é",
        "/" + "a" * 1000,
    ],
)
def test_nothing_else_is(elsewhere: str | None) -> None:
    assert next_path(elsewhere) == "/"
