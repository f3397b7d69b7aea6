"""Tokens that nobody may come with."""

from __future__ import annotations

import base64
import hmac
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from server.keys import development_key
from server.settings import Settings
from server.tokens import sign_token


def _part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(folder: Path) -> Iterator[tuple[str, str]]:
    """Give such tokens with what is wrong with each."""
    own = Settings(data_dir=folder)
    member = uuid4()
    good = sign_token(own, roles=["operator"], member=member)
    head, claims, signature = good.split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    public = development_key(folder).as_dict(private=False)

    yield "a signature of another", f"{head}.{claims}.{_part(b'x' * 64)}"
    yield "no signature", f"{head}.{claims}."
    yield "other claims", f"{head}.{_part(said | {'roles': ['operator', 'x']})}.{signature}"
    yield "expired", sign_token(own, roles=[], member=member, ttl=timedelta(hours=-1))
    yield (
        "another audience",
        sign_token(Settings(data_dir=folder, token_audience="x"), roles=[], member=member),
    )
    yield "another issuer", sign_token(Settings(data_dir=folder, token_issuer="x"), roles=[], member=member)
    with tempfile.TemporaryDirectory(prefix="attack-") as other:
        yield "another key", sign_token(Settings(data_dir=Path(other)), roles=[], member=member)
    for none in ("none", "None", "nOnE", "NONE"):
        yield f"alg {none}", f"{_part({'alg': none})}.{claims}."
    for name, secret in (
        ("the public key as a secret", base64.urlsafe_b64decode(f"{public['x']}=")),
        ("the public key as it is written", json.dumps(public).encode()),
    ):
        confused = f"{_part({'alg': 'HS256', 'kid': public.get('kid')})}.{claims}"
        yield name, f"{confused}.{_part(hmac.digest(secret, confused.encode(), 'sha256'))}"
    for name, more in (
        ("its own key in the header", {"jwk": public}),
        (
            "an address of keys in the header",
            {"jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/keys"},
        ),
        ("something critical that nobody knows", {"crit": ["x"], "x": 1}),
        ("a kid that is a path", {"kid": "../../../../etc/passwd"}),
        ("a kid that is SQL", {"kid": "' OR 1=1 --"}),
        ("a kid of ten thousand signs", {"kid": "k" * 10_000}),
    ):
        yield name, f"{_part(header | more)}.{claims}.{signature}"
    yield "no expiry", f"{head}.{_part({k: v for k, v in said.items() if k != 'exp'})}.{signature}"
    yield "not yet valid", f"{head}.{_part(said | {'nbf': time.time() + 1e6})}.{signature}"
    yield "thirty thousand signs", "x" * 30_000
    yield "three points", "..."
    yield "a personal token that nobody made", "concertation_pat_" + "0" * 49
