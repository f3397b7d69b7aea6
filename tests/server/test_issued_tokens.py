"""Tokens of configured issuers, whose keys are fetched over real HTTP: rotation, silence, floods, wrong answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio
from joserfc.jwk import Key, OKPKey

from server import provider_keys
from server.issued import Issued, IssuedTokens
from server.issuers import Issuer, IssuersRefused, read_issuers
from server.provider_keys import FRESH, IDLE, PAUSE
from server.settings import Settings
from server.signed import IssuerAway, TokenInvalid, opened
from tests.server.forged import ED, Said, public, signed
from tests.server.issuer import Publisher, publishing

SAID = Said("https://auth.example.fr", "concertation", "sub-1")
NEXT = OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "next"})


@pytest_asyncio.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as found:
        found.publish(public(ED))
        yield found


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which time has gone on: the last one counts."""
    ahead = [0.0]
    monkeypatch.setattr(provider_keys, "monotonic", lambda: monotonic() + ahead[-1])
    return ahead


def tokens(publisher: Publisher, **more: Any) -> IssuedTokens:
    given = {"jwks_url": f"{publisher.url}/jwks"} if "discovery_url" not in more else {}
    return IssuedTokens([Issuer(issuer=SAID.issuer, audience=SAID.audience, **given | more)])


async def read(reader: IssuedTokens, token: str) -> Issued:
    return await reader.read(token, opened(token))


async def is_read(reader: IssuedTokens, key: Key) -> bool:
    try:
        return (await read(reader, signed(SAID.claims(), key))).subject == SAID.subject
    except TokenInvalid:
        return False


async def settled() -> None:
    """Let what was begun in the background end."""
    others = [task for task in asyncio.all_tasks() if task.get_name() == "keys of an issuer"]
    await asyncio.gather(*others)


async def test_keys_are_fetched_once_and_kept(publisher: Publisher) -> None:
    reader = tokens(publisher)
    assert publisher.asked.total() == 0
    assert all(await asyncio.gather(*(is_read(reader, ED) for _ in range(50))))
    assert await is_read(reader, ED)
    assert publisher.asked == {"/jwks": 1}


async def test_a_new_key_is_found_by_one_more_question(publisher: Publisher, later: list[float]) -> None:
    reader = tokens(publisher)
    assert await is_read(reader, ED)
    publisher.publish(public(ED, NEXT))
    later.append(PAUSE)
    assert all(await asyncio.gather(*(is_read(reader, NEXT) for _ in range(20))))
    assert await is_read(reader, ED)
    assert publisher.asked.total() == 2


async def test_a_key_that_was_withdrawn_counts_no_more_once_what_is_known_is_old(
    publisher: Publisher, later: list[float]
) -> None:
    reader = tokens(publisher)
    assert await is_read(reader, ED)
    publisher.publish(public(NEXT))
    assert await is_read(reader, ED)
    later.append(FRESH + 1)
    assert await is_read(reader, ED)  # nobody waits for the question that this begins
    await settled()
    assert not await is_read(reader, ED)
    assert await is_read(reader, NEXT)
    assert publisher.asked.total() == 2


async def test_after_a_long_silence_whoever_comes_first_waits_for_the_keys_of_now(
    publisher: Publisher, later: list[float]
) -> None:
    reader = tokens(publisher)
    assert await is_read(reader, ED)
    publisher.publish(public(NEXT))
    later.append(IDLE + PAUSE + 1)
    assert not await is_read(reader, ED)
    assert await is_read(reader, NEXT)
    assert publisher.asked.total() == 2


async def test_a_flood_of_unknown_keys_costs_one_question(publisher: Publisher, later: list[float]) -> None:
    reader = tokens(publisher)
    assert await is_read(reader, ED)
    later.append(PAUSE)
    flood = [signed(SAID.claims(), NEXT, kid=f"k{number}") for number in range(200)]
    for _ in range(3):
        found = await asyncio.gather(*(read(reader, token) for token in flood), return_exceptions=True)
        assert all(isinstance(one, TokenInvalid) for one in found)
    assert publisher.asked.total() == 2
    assert await is_read(reader, ED)


async def test_while_the_issuer_is_silent_its_keys_still_count(
    publisher: Publisher, later: list[float]
) -> None:
    reader = tokens(publisher)
    assert await is_read(reader, ED)
    await publisher.stop()
    for hours in (1, 2, 100):
        later.append(hours * 3600)
        assert await is_read(reader, ED)
        await settled()
    later.append(later[-1] + PAUSE)
    assert not await is_read(reader, NEXT)
    await publisher.start()
    publisher.publish(public(NEXT))
    later.append(later[-1] + PAUSE)
    assert await is_read(reader, NEXT)


async def test_an_issuer_that_never_answered_is_no_reason_to_call_a_token_invalid(
    publisher: Publisher, later: list[float]
) -> None:
    reader = tokens(publisher)
    await publisher.stop()
    token = signed(SAID.claims())
    for _ in range(3):
        with pytest.raises(IssuerAway):
            await read(reader, token)
    await publisher.start()
    later.append(PAUSE)
    assert await is_read(reader, ED)
    assert publisher.asked.total() == 1


async def test_an_answer_is_waited_for_so_long(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, later: list[float]
) -> None:
    monkeypatch.setattr(provider_keys, "_WITHIN", 1.0)
    publisher.waits = asyncio.Event()
    reader = tokens(publisher)
    found = await asyncio.gather(
        *(read(reader, signed(SAID.claims())) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(one, IssuerAway) for one in found)
    assert publisher.asked.total() == 1
    publisher.waits.set()


async def test_whoever_gives_up_does_not_end_the_question_of_others(publisher: Publisher) -> None:
    publisher.waits = asyncio.Event()
    reader = tokens(publisher)
    first, second = (asyncio.create_task(read(reader, signed(SAID.claims()))) for _ in range(2))
    await publisher.was_asked.wait()
    first.cancel()
    publisher.waits.set()
    assert (await second).subject == SAID.subject
    assert publisher.asked.total() == 1


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (302, "Location: /elsewhere\r\n", b""),
        (301, "Location: http://169.254.169.254/latest/meta-data\r\n", public(ED)),
        (500, "", public(ED)),
        (200, "", b""),
        (200, "", b"<html>"),
        (200, "", b"[]"),
        (200, "", b'{"keys": []}'),
        (200, "", b'{"keys": [{"kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}'),
        (200, "", public(ED)[:-1] + b', "more": "' + b"x" * 300_000 + b'"}'),
        (200, "", b"[" * 100_000),
        (200, "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\x00"),
    ],
    ids=[
        "moved",
        "moved with keys",
        "fault",
        "empty",
        "page",
        "list",
        "none",
        "secret",
        "large",
        "deep",
        "gzip",
    ],
)
async def test_a_wrong_answer_is_none(
    publisher: Publisher, later: list[float], status: int, headers: str, content: bytes
) -> None:
    publisher.publish(public(ED), "/elsewhere")
    publisher.publish(content, status=status, headers=headers)
    reader = tokens(publisher)
    with pytest.raises(IssuerAway):
        await read(reader, signed(SAID.claims()))
    assert publisher.asked == {"/jwks": 1}
    publisher.publish(public(ED))
    later.append(PAUSE)
    assert await is_read(reader, ED)
    publisher.publish(content, status=status, headers=headers)
    later.append(FRESH + 2 * PAUSE)
    assert await is_read(reader, ED)
    await settled()
    assert await is_read(reader, ED)


async def test_keys_are_found_by_discovery(publisher: Publisher) -> None:
    document = {"issuer": SAID.issuer, "jwks_uri": f"{publisher.url}/jwks"}
    publisher.publish(json.dumps(document).encode(), "/.well-known/openid-configuration")
    reader = tokens(publisher, discovery_url=f"{publisher.url}/.well-known/openid-configuration")
    assert await is_read(reader, ED)
    assert publisher.asked.total() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://autre.example.fr"},
        {"issuer": None},
        {"jwks_uri": "http://autre.example.fr/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
    ids=str,
)
async def test_a_document_of_another_issuer_or_without_https_is_none(
    publisher: Publisher, change: dict[str, str | None]
) -> None:
    document = {"issuer": SAID.issuer, "jwks_uri": f"{publisher.url}/jwks"} | change
    publisher.publish(json.dumps(document).encode(), "/d")
    with pytest.raises(IssuerAway):
        await read(tokens(publisher, discovery_url=f"{publisher.url}/d"), signed(SAID.claims()))
    assert publisher.asked == {"/d": 1}


def settings(folder: Path, content: str) -> Settings:
    file = folder / "issuers.yaml"
    file.write_text(content)
    return Settings(data_dir=folder, issuers_file=file)


GOOD = "{issuer: https://a.example.fr, audience: concertation, jwks_url: https://a.example.fr/jwks}"


@pytest.mark.parametrize("content", [f"[{GOOD}]", f"issuers: [{GOOD}]", f"- {GOOD}"])
def test_a_file_names_issuers(tmp_path: Path, content: str) -> None:
    (one,) = read_issuers(settings(tmp_path, content))
    assert (one.issuer, one.audience) == ("https://a.example.fr", "concertation")
    assert "RS256" in one.algorithms


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_issuers(Settings(data_dir=tmp_path)) == ()
    assert read_issuers(settings(tmp_path, "")) == ()


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{",
        "text",
        "!!python/object/apply:os.system [ls]",
        f"[{GOOD}, {GOOD}]",
        f"[{GOOD.replace('https://a.example.fr, aud', 'concertation, aud')}]",
        f"[{GOOD.replace('https://a.example.fr/jwks', 'http://a.example.fr/jwks')}]",
        f"[{GOOD.replace('https://a.example.fr/jwks', 'file:///etc/keys')}]",
        f"[{GOOD.replace('jwks_url', 'discovery_url: https://a.example.fr/d, jwks_url')}]",
        f"[{GOOD.replace(', jwks_url: https://a.example.fr/jwks', '')}]",
        f"[{GOOD.replace('audience: concertation', 'audience: [concertation]')}]",
        f"[{GOOD.replace('audience: concertation, ', '')}]",
        f"[{GOOD[:-1]}, algorithms: [none]}}]",
        f"[{GOOD[:-1]}, algorithms: [HS256]}}]",
        f"[{GOOD[:-1]}, algorithms: []}}]",
        f"[{GOOD[:-1]}, roles: [operator]}}]",
    ],
)
def test_a_file_that_leaves_open_whom_to_trust_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(IssuersRefused, match="CONCERTATION_ISSUERS_FILE"):
        read_issuers(settings(tmp_path, content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IssuersRefused, match="cannot be read"):
        read_issuers(Settings(data_dir=tmp_path, issuers_file=tmp_path / "none.yaml"))
