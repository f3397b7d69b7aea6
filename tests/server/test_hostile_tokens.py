"""Hostile tokens at the lowest door: none is let in, whoever they claim to come from, and none learns why."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from domain.rights import Viewer
from server.authentication import Authentication, Bearer
from server.issued import Fetch, IssuedTokens
from server.issuers import Issuer
from server.keys import KeyRefused, trusted_keys
from server.known_accounts import KnownAccounts
from server.personal_tokens import PersonalTokens
from server.provider_keys import IDLE, usable
from server.settings import Settings
from server.signed import TokenInvalid, algorithms_of
from store.access_tokens import Use
from store.accounts import Account
from tests.server.forged import EC, ED, KEYS, RSA, STRANGER, Said, forged, public, signed

MEMBER = "3d0f5d0e-0000-4000-8000-000000000001"
OWN = Said("concertation", "concertation", MEMBER)
ISSUER = Said("https://auth.example.fr", "https://concertation.example.fr", "sub-1")
OTHER = Said("https://autre.example.fr", "https://concertation.example.fr", "sub-1")


async def _nobody(digest: bytes) -> Use | None:
    return None


async def _account(issuer: str, subject: str) -> Account:
    return Account(member=f"{issuer} {subject}", platform_roles=())


async def _keys(issuer: Issuer) -> tuple[Key, ...]:
    return usable(json.loads(public(*KEYS.keys) if issuer.issuer == ISSUER.issuer else public(STRANGER)))


def door(settings: Settings, fetch: Fetch = _keys) -> Authentication:
    issuers = [
        Issuer(
            issuer=said.issuer,
            audience=said.audience,
            jwks_url=f"{said.issuer}/jwks",
            algorithms=("Ed25519", "ES256", "RS256"),
        )
        for said in (ISSUER, OTHER)
    ]
    return Authentication(
        KEYS,
        settings,
        PersonalTokens(_nobody),
        PersonalTokens(_nobody),
        IssuedTokens(issuers, fetch),
        KnownAccounts(_account),
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


async def enter(door: Authentication, token: str) -> Bearer:
    return await door.bearer(f"Bearer {token}")


@pytest.mark.parametrize("said", [OWN, ISSUER], ids=["own", "issuer"])
@pytest.mark.parametrize("key", [ED, EC, RSA], ids=lambda key: key.kid)
async def test_a_good_token_is_let_in(settings: Settings, said: Said, key: Key) -> None:
    bearer = await enter(door(settings), signed(said.claims(), key))
    member = MEMBER if said is OWN else f"{ISSUER.issuer} sub-1"
    assert bearer.viewer == Viewer(member=member)
    assert 3600 < bearer.left <= 6000


@cache
def _all(said: Said) -> dict[str, str]:
    return dict(forged(said))


def _named(said: Said) -> list[Any]:
    return [pytest.param(said, name, id=f"{said.issuer}: {name}"[:90]) for name in _all(said)]


@pytest.mark.parametrize(("said", "name"), [*_named(OWN), *_named(ISSUER)])
async def test_a_hostile_token_is_refused_and_learns_nothing(
    settings: Settings, said: Said, name: str
) -> None:
    token = _all(said)[name]
    with pytest.raises(TokenInvalid) as refused:
        await enter(door(settings), token)
    assert str(refused.value) == TokenInvalid.__doc__


def test_every_hostile_token_is_tried_under_its_own_name() -> None:
    names = [name for name, _ in forged(OWN)]
    assert len(set(names)) == len(names) > 120


async def test_a_token_of_one_issuer_never_passes_as_one_of_another(settings: Settings) -> None:
    one = door(settings)
    assert (await enter(one, signed(ISSUER.claims()))).viewer.member == f"{ISSUER.issuer} sub-1"
    assert (await enter(one, signed(OTHER.claims(), STRANGER))).viewer.member == f"{OTHER.issuer} sub-1"
    for claims, key in (
        (ISSUER.claims(), STRANGER),
        (OTHER.claims(), ED),
        (OWN.claims(), STRANGER),
        (OWN.claims(iss=ISSUER.issuer), ED),  # with the audience of our own
    ):
        with pytest.raises(TokenInvalid):
            await enter(one, signed(claims, key))


async def test_a_signature_is_looked_at_again_once_its_key_may_have_been_withdrawn(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def keys(issuer: Issuer) -> tuple[Key, ...]:
        asked.append(issuer.issuer)
        return (ED,) if len(asked) == 1 else (RSA,)

    ahead = [0.0]
    for module in ("authentication", "provider_keys"):
        monkeypatch.setattr(f"server.{module}.monotonic", lambda: monotonic() + ahead[-1])
    one = door(settings, fetch=keys)
    token = signed(ISSUER.claims())
    assert (await enter(one, token)).fresh
    assert not (await enter(one, token)).fresh
    assert len(asked) == 1
    ahead.append(IDLE + 60)
    with pytest.raises(TokenInvalid):
        await enter(one, token)
    assert len(asked) == 2


async def test_roles_that_an_issuer_lists_are_none_here(settings: Settings) -> None:
    token = signed(ISSUER.claims(roles=["operator", "coordinator"]))
    assert (await enter(door(settings), token)).viewer.platform_roles == ()


async def test_the_subject_of_an_issuer_is_no_member(settings: Settings) -> None:
    bearer = await enter(door(settings), signed(ISSUER.claims(sub=MEMBER)))
    assert bearer.viewer.member == f"{ISSUER.issuer} {MEMBER}"


async def test_an_algorithm_that_the_operator_did_not_name_does_not_count(settings: Settings) -> None:
    token = signed(ISSUER.claims(), RSA, alg="PS256")
    with pytest.raises(TokenInvalid):
        await enter(door(settings), token)


async def test_what_a_key_says_it_is_for_counts() -> None:
    def of(key: Key, **more: Any) -> frozenset[str]:
        return algorithms_of(type(key).import_key(key.as_dict(private=False) | more))

    assert of(EC) == {"ES256"}
    assert of(RSA) == {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
    assert of(RSA, alg="PS256") == {"PS256"}
    assert of(RSA, alg="ES256") == frozenset()
    assert of(RSA, use="enc") == frozenset()
    assert algorithms_of(ECKey.generate_key("P-521")) == {"ES512"}
    assert algorithms_of(ECKey.generate_key("secp256k1")) == frozenset()
    assert algorithms_of(OctKey.generate_key()) == frozenset()
    with pytest.warns(SecurityWarning):
        small = RSAKey.generate_key(1024)
    assert algorithms_of(small) == frozenset()


def test_of_the_keys_that_an_issuer_publishes_the_usable_ones_count() -> None:
    listed = json.loads(public(ED, EC))["keys"]
    strange: list[Any] = [
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        OctKey.generate_key().as_dict(private=True),
        RSA.as_dict(private=True),
        RSA.as_dict(private=False) | {"use": "enc"},
        None,
        "key",
        [],
        {},
    ]
    found = usable({"keys": [*strange, *listed]})
    assert [key.kid for key in found] == ["ed", "ec"]
    listings: list[Any] = [{}, None, 7, strange]
    for listing in listings:
        assert usable({"keys": listing}) == ()
    assert usable({}) == ()


async def test_an_issuers_only_key_is_found_without_its_name(settings: Settings) -> None:
    token = signed(OTHER.claims(), STRANGER, kid=None)
    assert (await enter(door(settings), token)).viewer.member is not None


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "bearer\t",
        "Basic YTpi",
        "Token x",
        "Bearer é",
        "Bearer a b",
        "Bearer \ud800",
        ", ",
        "\0",
    ],
)
async def test_what_is_no_bearer_header_is_refused(settings: Settings, header: str) -> None:
    with pytest.raises(TokenInvalid):
        await door(settings).bearer(header)


async def test_a_hostile_token_is_not_let_in_the_second_time_either(settings: Settings) -> None:
    one = door(settings)
    token = signed(ISSUER.claims(), STRANGER)
    for _ in range(3):
        with pytest.raises(TokenInvalid):
            await enter(one, token)
    good = signed(ISSUER.claims())
    both = await asyncio.gather(*(enter(one, given) for given in (good, token)), return_exceptions=True)
    assert isinstance(both[0], Bearer)
    assert isinstance(both[1], TokenInvalid)


def test_where_the_operator_names_issuers_the_development_key_is_not_trusted(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "0.0.0.0"):
        settings = Settings(data_dir=tmp_path, host=host, issuers_file=tmp_path / "issuers.yaml")
        assert not trusted_keys(settings).keys
    assert list(tmp_path.iterdir()) == []


def test_keys_that_check_no_signature_are_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(json.dumps({"keys": [RSA.as_dict(private=False) | {"use": "enc"}]}).encode())
    with pytest.raises(KeyRefused, match="signatures"):
        trusted_keys(Settings(data_dir=tmp_path, jwks_file=file))
