"""An identity provider for the tests: discovery, authorisation, tokens, keys, signed userinfo, sign-out; real HTTP.

It is strict where ProConnect and FranceConnect are, and says what a test wants it to say.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "client-7", "a secret that is long enough: é&=+%"
Claims = dict[str, Any]

LISTED = {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"}
"""What every provider takes at its authorisation endpoint."""


def unchanged(claims: Claims) -> Claims:
    return claims


@dataclass
class IdentityProvider:
    """One provider, at an address that it learns once it is served."""

    #: What may come with an authorisation request besides `LISTED`.
    more: frozenset[str] = frozenset()
    signed_userinfo: bool = True
    proves_codes: bool = False
    names_itself: bool = False
    methods: tuple[str, ...] = ("client_secret_post",)
    subject: str = "subject-1"
    userinfo: Claims = field(default_factory=dict)
    #: Twists of what it says.
    document: Callable[[Claims], Claims] = unchanged
    id_claims: Callable[[Claims], Claims] = unchanged
    userinfo_claims: Callable[[Claims], Claims] = unchanged
    returned: Callable[[Claims], Claims] = unchanged
    token_answer: Callable[[Claims], Claims] = unchanged
    algorithm: str = "RS256"
    signs_with: Key | None = None
    header: Claims = field(default_factory=dict)
    #: Answers instead of the token endpoint.
    token_refusal: Response | None = None
    away: bool = False

    def __post_init__(self) -> None:
        self.rsa, self.elliptic = _keys()
        self.issuer = ""
        self.authorisations: list[dict[str, str]] = []
        self.tokens_asked: list[dict[str, str]] = []
        self.keys_asked = 0
        self._codes: dict[str, dict[str, str]] = {}
        self._access: dict[str, str] = {}
        self.app = Starlette(
            routes=[
                Route("/api/v2/.well-known/openid-configuration", self._discovery),
                Route("/api/v2/authorize", self._authorise),
                Route("/api/v2/token", self._token, methods=["POST"]),
                Route("/api/v2/jwks", self._jwks),
                Route("/api/v2/userinfo", self._userinfo),
                Route("/api/v2/session/end", self._end),
            ]
        )

    def at(self, address: str) -> str:
        """Learn where it is served; gives the address of its document."""
        self.issuer = f"http://{address}/api/v2"
        return f"{self.issuer}/.well-known/openid-configuration"

    async def _discovery(self, request: Request) -> Response:
        if self.away:
            return Response(status_code=503)
        document: Claims = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "token_endpoint_auth_methods_supported": list(self.methods),
            "code_challenge_methods_supported": ["S256"] if self.proves_codes else [],
            "authorization_response_iss_parameter_supported": self.names_itself,
        }
        return JSONResponse(self.document(document))

    async def _authorise(self, request: Request) -> Response:
        asked = dict(request.query_params)
        proof = {"code_challenge", "code_challenge_method"} if self.proves_codes else set()
        if not asked.keys() <= LISTED | self.more | proof or not asked.keys() >= LISTED:
            return JSONResponse({"error": "Y000400"}, 400)
        if len(asked["state"]) < 32 or len(asked["nonce"]) < 32 or asked["client_id"] != CLIENT:
            return JSONResponse({"error": "Y000400"}, 400)
        self.authorisations.append(asked)
        code = uuid4().hex
        self._codes[code] = asked
        answer: Claims = {"code": code, "state": asked["state"]}
        if self.names_itself:
            answer["iss"] = self.issuer
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(self.returned(answer))}", 303)

    async def _token(self, request: Request) -> Response:
        given = {name: values[0] for name, values in parse_qs((await request.body()).decode("ascii")).items()}
        self.tokens_asked.append(given)
        if self.token_refusal is not None:
            return self.token_refusal
        if self.methods == ("client_secret_basic",):
            said = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
            who: tuple[str | None, ...] = tuple(unquote_plus(part) for part in said.split(":", 1))
        else:
            who = given.get("client_id"), given.get("client_secret")
        if who not in ((CLIENT, SECRET),):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self._codes.pop(given["code"], None)
        if asked is None or given["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if "code_challenge" in asked and _challenge(given["code_verifier"]) != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        access, now = uuid4().hex, int(time.time())
        self._access[access] = self.subject
        claims: Claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
            "acr": asked.get("acr_values", "eidas1"),
            "at_hash": urlsafe_b64encode(sha256(access.encode()).digest()[:16]).rstrip(b"=").decode(),
        }
        answer = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.sign(self.id_claims(claims)),
        }
        return JSONResponse(self.token_answer(answer))

    async def _jwks(self, request: Request) -> Response:
        self.keys_asked += 1
        return JSONResponse(KeySet([self.rsa, self.elliptic]).as_dict(private=False))

    async def _userinfo(self, request: Request) -> Response:
        subject = self._access.get(request.headers["authorization"].removeprefix("Bearer "))
        if subject is None:
            return Response(status_code=401)
        claims = {"sub": subject, "iss": self.issuer, "aud": CLIENT, "email": "x@exemple.fr", **self.userinfo}
        claims = self.userinfo_claims(claims)
        if not self.signed_userinfo:
            return JSONResponse(claims)
        return Response(self.sign(claims), media_type="application/jwt")

    async def _end(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.keys() != {"id_token_hint", "state", "post_logout_redirect_uri"}:
            return JSONResponse({"error": "Y000400"}, 400)
        claims = jwt.decode(asked["id_token_hint"], self.rsa, algorithms=["RS256", "ES256"]).claims
        assert claims["sub"] == self.subject
        return RedirectResponse(f"{asked['post_logout_redirect_uri']}?state={asked['state']}", 303)

    def sign(self, claims: Claims) -> str:
        """Sign as it is told to."""
        if self.algorithm == "none":
            head, body = ({"alg": "none"}, claims)
            return ".".join(
                [
                    *(
                        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                        for part in (head, body)
                    ),
                    "",
                ]
            )
        key = self.signs_with or (self.elliptic if self.algorithm == "ES256" else self.rsa)
        header = {"alg": self.algorithm, "kid": key.kid or "rsa", "typ": "JWT", **self.header}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])


@cache
def _keys() -> tuple[RSAKey, ECKey]:
    """Made once: it takes as long as a test."""
    return (
        RSAKey.generate_key(2048, {"use": "sig", "kid": "rsa"}, private=True),
        ECKey.generate_key("P-256", {"use": "sig", "kid": "ec"}, private=True),
    )


def shared_secret() -> OctKey:
    """The key of HS256, which is refused."""
    return OctKey.import_key(SECRET)


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
