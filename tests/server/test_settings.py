"""Settings come from the environment, under two names for the addresses that everybody calls the same."""

from pathlib import Path

import pytest

from server.settings import SettingInvalid, SettingMissing, Settings, is_loopback, read_settings


@pytest.mark.parametrize("name", ["DATABASE_URL", "CONCERTATION_DATABASE_URL"])
def test_the_address_of_the_database_has_two_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "postgresql://db/one")
    assert read_settings().database("app") == "postgresql://db/one"


def test_the_command_line_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCERTATION_PORT", "1")
    assert read_settings(port=2).port == 2


def test_what_the_command_line_does_not_say_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCERTATION_PORT", "1")
    assert read_settings(port=None).port == 1


def test_an_empty_variable_is_as_if_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert read_settings().database_url is None


def test_a_missing_address_is_named() -> None:
    with pytest.raises(SettingMissing, match="WORKER_DATABASE_URL is not set"):
        read_settings().database("worker")


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCERTATION_PORT", "many")
    monkeypatch.setenv("CONCERTATION_COMMAND_TIMEOUT", "-1")
    with pytest.raises(SettingInvalid, match=r"(?s)command_timeout.*port|port.*command_timeout"):
        read_settings()


def test_a_password_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:sesame@db/one")
    assert "sesame" not in repr(read_settings())


def test_a_relative_folder_means_the_same_from_everywhere() -> None:
    assert read_settings(data_dir="here").data_dir == Path.cwd() / "here"


@pytest.mark.parametrize(
    ("host", "stays"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.7", False),
        ("concertation.example", False),
        ("localhost.example", False),
    ],
)
def test_loopback_is_recognised(host: str, stays: bool) -> None:
    assert is_loopback(host) is stays


@pytest.mark.parametrize(
    ("host", "asked", "shown"),
    [
        ("127.0.0.1", None, True),
        ("127.0.0.1", False, False),
        ("0.0.0.0", None, False),
        ("0.0.0.0", True, True),
    ],
)
def test_the_schema_is_shown_on_loopback_alone_unless_said_otherwise(
    host: str, asked: bool | None, shown: bool
) -> None:
    assert Settings(host=host, introspection=asked).shows_schema is shown
