"""Bearer tokens: what is signed is read back, and nothing else is."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from server.keys import development_key, trusted_keys
from server.settings import Settings
from server.signed import TokenInvalid
from server.tokens import (
    DEMO_ROLES,
    Claims,
    RoleUnknown,
    demo_member,
    demo_tokens,
    read_token,
    require_known,
    sign_token,
)

MEMBER = UUID("0d5f0a52-8a0b-4c6e-9d0b-0f6d54a3a0c1")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path})


def read(token: str, settings: Settings) -> Claims:
    return read_token(token, trusted_keys(settings), settings)


def test_what_is_signed_is_read_back(settings: Settings) -> None:
    claims = read(sign_token(settings, roles=["clerk", "guarantor"], member=MEMBER), settings)
    assert (claims.member, claims.roles) == (MEMBER, frozenset({"clerk", "guarantor"}))
    assert str(UUID(claims.token_id)) == claims.token_id


def test_two_tokens_of_one_member_have_ids_of_their_own(settings: Settings) -> None:
    one, two = (read(sign_token(settings, roles=[], member=MEMBER), settings) for _ in range(2))
    assert one.token_id != two.token_id


def test_an_expired_token_is_refused(settings: Settings) -> None:
    with pytest.raises(TokenInvalid):
        read(sign_token(settings, roles=[], member=MEMBER, ttl=timedelta(minutes=-1)), settings)


@pytest.mark.parametrize("claim", ["token_issuer", "token_audience"])
def test_a_token_for_another_service_is_refused(settings: Settings, claim: str) -> None:
    elsewhere = settings.model_copy(update={claim: "elsewhere"})
    with pytest.raises(TokenInvalid):
        read(sign_token(elsewhere, roles=[], member=MEMBER), settings)


def test_a_token_of_another_installation_is_refused(settings: Settings, tmp_path: Path) -> None:
    elsewhere = settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    with pytest.raises(TokenInvalid):
        read(sign_token(elsewhere, roles=[], member=MEMBER), settings)


def test_a_token_that_claims_to_need_no_signature_is_refused(settings: Settings) -> None:
    _, body, _ = sign_token(settings, roles=["operator"], member=MEMBER).split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    with pytest.raises(TokenInvalid):
        read(f"{header}.{body}.", settings)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(settings: Settings) -> None:
    secret = OctKey.import_key(json.dumps(development_key(settings.data_dir).as_dict(private=False)))
    claims = {"iss": "concertation", "aud": "concertation", "sub": str(MEMBER), "exp": 2**40}
    with pytest.raises(TokenInvalid):
        read(jwt.encode({"alg": "HS256"}, claims, secret), settings)


@pytest.mark.parametrize(
    "change",
    [
        {"sub": "someone"},
        {"sub": None},
        {"sub": 7},
        {"roles": "operator"},
        {"roles": [1]},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
    ],
    ids=str,
)
def test_a_signed_token_with_claims_of_another_shape_is_refused(
    settings: Settings, change: dict[str, object]
) -> None:
    claims = {
        "iss": "concertation",
        "aud": "concertation",
        "sub": str(MEMBER),
        "exp": 2**40,
        "roles": [],
    } | change
    token = jwt.encode({"alg": "Ed25519"}, claims, development_key(settings.data_dir), algorithms=["Ed25519"])
    with pytest.raises(TokenInvalid):
        read(token, settings)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "....", "é.é.é", "\ud800", "a" * 100_000])
def test_what_is_no_token_is_refused(settings: Settings, text: str) -> None:
    with pytest.raises(TokenInvalid):
        read(text, settings)


def test_the_demonstration_has_a_token_for_each_role(settings: Settings) -> None:
    for role, token in demo_tokens(settings).items():
        claims = read(token, settings)
        assert (claims.member, claims.roles) == (demo_member(role), frozenset({role}))
    assert len({demo_member(role) for role in DEMO_ROLES}) == len(DEMO_ROLES)


def test_the_members_of_the_demonstration_never_change() -> None:
    assert demo_member("coordinator") == UUID("f74a8ddd-c69a-5d79-97f8-ba676bd949da")


def test_an_unknown_role_is_refused_with_the_list_of_those_that_exist() -> None:
    with pytest.raises(RoleUnknown, match=r"'queen'.*coordinator.*sponsor"):
        require_known(["coordinator", "queen"])
