"""Which documents are trusted, by which names, and who may ask no others."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from api.faults import FaultCode
from server.demo.documents import documents
from server.settings import Settings, Trusting
from server.trusted_documents import DocumentRefused, TrustedDocuments, digest

OWN = "query A { serverTime }\n"
OTHER = "query B { serverTime }\n"
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"


def trusting(whom: Trusting = "cookie") -> TrustedDocuments:
    return TrustedDocuments([OWN], whom)


def test_all_documents_of_the_project_are_trusted() -> None:
    files = sorted(OPERATIONS.glob("*.graphql"))
    assert len(list(documents())) == len(files) > 100
    trusted = TrustedDocuments.of(Settings(trusted_documents="everyone"))
    for file in files:
        assert trusted.named(sha256(file.read_bytes()).hexdigest()) == file.read_text()


@pytest.mark.parametrize("prefix", ["", "sha256:"])
def test_a_document_is_named_by_the_digest_of_its_text_with_or_without_the_last_line_break(
    prefix: str,
) -> None:
    assert trusting().named(prefix + sha256(OWN.encode()).hexdigest()) == OWN
    assert trusting().named(prefix + digest(OWN.rstrip())) == OWN.rstrip()


@pytest.mark.parametrize(
    "name",
    ["", "sha256:", digest(OTHER), digest(OWN).upper(), f"md5:{digest(OWN)}", f"sha256:sha256:{digest(OWN)}",
     "../../etc/passwd", "A", "é" * 10_000],
)  # fmt: skip
def test_a_name_of_none_is_what_clients_expect_before_they_send_the_text(name: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        trusting().named(name)
    said = refused.value.said(["en"])
    assert said.message == "PersistedQueryNotFound"
    assert said.extensions is not None
    assert said.extensions["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert "send the request again" in said.extensions["reason"]


@pytest.mark.parametrize(
    ("whom", "by_cookie", "passes"),
    [("cookie", True, False), ("cookie", False, True), ("everyone", True, False), ("everyone", False, False),
     ("off", True, True), ("off", False, True)],
)  # fmt: skip
def test_who_may_ask_what_they_like(whom: Trusting, by_cookie: bool, passes: bool) -> None:
    trusting(whom).require(OWN, by_cookie=by_cookie)
    trusting(whom).require(OWN.rstrip(), by_cookie=by_cookie)
    for query in (OTHER, f" {OWN}", OWN + "# more", OWN.replace("A", "A2"), ""):
        if passes:
            trusting(whom).require(query, by_cookie=by_cookie)
        else:
            with pytest.raises(DocumentRefused) as refused:
                trusting(whom).require(query, by_cookie=by_cookie)
            assert refused.value.code is FaultCode.DOCUMENT_NOT_TRUSTED


@pytest.mark.parametrize(
    ("given", "whom"),
    [({}, "off"), ({"host": "0.0.0.0"}, "cookie"), ({"trusted_documents": "cookie"}, "cookie"),
     ({"host": "0.0.0.0", "trusted_documents": "off"}, "off"), ({"trusted_documents": "everyone"}, "everyone")],
)  # fmt: skip
def test_off_loopback_browsers_are_held_to_them(given: dict[str, str], whom: Trusting) -> None:
    assert Settings.model_validate(given).trusting == whom
