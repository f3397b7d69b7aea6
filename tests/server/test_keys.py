"""Who may trust which keys."""

import json
import stat
from pathlib import Path

import pytest
from joserfc.jwk import KeySet, OctKey, OKPKey

from server.keys import KeyRefused, development_key, trusted_keys
from server.settings import Settings


def settings(folder: Path, **more: object) -> Settings:
    return Settings.model_validate({"data_dir": folder, **more})


def key_file(folder: Path, *keys: OKPKey | OctKey, private: bool = False) -> Path:
    file = folder / "keys.json"
    file.write_text(json.dumps(KeySet(list(keys)).as_dict(private=private)))
    return file


def test_the_development_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = development_key(tmp_path)
    assert development_key(tmp_path).as_dict(private=True) == first.as_dict(private=True)
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "concertation.example"])
def test_the_development_key_is_refused_outside_loopback(tmp_path: Path, host: str) -> None:
    with pytest.raises(KeyRefused, match="CONCERTATION_JWKS_FILE"):
        trusted_keys(settings(tmp_path, host=host))
    assert list(tmp_path.iterdir()) == []


def test_on_loopback_the_development_key_is_trusted_without_its_private_part(tmp_path: Path) -> None:
    (key,) = trusted_keys(settings(tmp_path)).keys
    assert not key.is_private


def test_public_keys_of_the_operator_are_trusted_everywhere_and_alone(tmp_path: Path) -> None:
    given = key_file(tmp_path, OKPKey.generate_key("Ed25519", auto_kid=True))
    (key,) = trusted_keys(settings(tmp_path, host="0.0.0.0", jwks_file=given)).keys
    assert key.kid != development_key(tmp_path).kid


@pytest.mark.parametrize(
    "key", [OKPKey.generate_key("Ed25519"), OctKey.generate_key()], ids=["private", "shared secret"]
)
def test_a_file_with_a_secret_in_it_is_refused(tmp_path: Path, key: OKPKey | OctKey) -> None:
    with pytest.raises(KeyRefused, match="public keys"):
        trusted_keys(settings(tmp_path, jwks_file=key_file(tmp_path, key, private=True)))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": []}', '{"keys": [{"kty": "none"}]}'])
def test_a_file_without_keys_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    with pytest.raises(KeyRefused):
        trusted_keys(settings(tmp_path, jwks_file=file))
