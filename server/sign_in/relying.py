"""The relying party of one provider: sends people there, and asks it who came back. Authlib speaks OAuth 2.0 here.

Sources: OpenID Connect Core 1.0, 3.1; Discovery 1.0; RP-Initiated Logout 1.0; RFC 7636, 9207 and 9700; what ProConnect
and FranceConnect (version 2) say to service providers, which docs/signing-in.md names.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from server.issuers import require_private
from server.provider_keys import ProviderKeys, get_object, usable
from server.sign_in.bounded import WITHIN, Bounded
from server.sign_in.failures import Failure, SignInFailed
from server.sign_in.providers import Kind, Provider
from server.sign_in.statements import siret_of, subject_of
from server.signed import IssuerAway, TokenInvalid, opened

FRESH = 3600.0
"""Seconds for which the document of a provider is believed."""
_GIVEN_UP = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})
_TRY_AGAIN = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a provider says that somebody is. Nothing else of what it may say is kept."""

    issuer: str
    subject: str
    #: The organisation that ProConnect names.
    siret: str | None
    #: What the provider wants to see at sign-out.
    id_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a provider publishes of itself."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    #: How we say who we are at `token_endpoint`.
    authentication: str
    #: Whether a code can be bound to whoever asked for it.
    proves_codes: bool
    #: Whether returns name who sends them (RFC 9207).
    names_itself: bool


class RelyingParty:
    """Signs people in with one provider."""

    def __init__(self, provider: Provider) -> None:
        """Ask nothing yet."""
        self.provider = provider
        self._keys = ProviderKeys(self._fetch_keys, provider.named_issuer)
        self._published: tuple[Published, float] | None = None
        self._context: ssl.SSLContext | None = None

    async def address(self, back: str, *, state: str, nonce: str, verifier: str) -> str:
        """Give the address at the provider to send a browser to, which comes back to `back`.

        ProConnect and FranceConnect refuse parameters that are not on their lists.

        Raises:
            SignInFailed: the provider does not answer.
        """
        published = await self.published()
        asked = {
            "client_id": self.provider.client_id,
            "response_type": "code",
            "redirect_uri": back,
            "scope": self.provider.asked_scopes,
            "state": state,
            "nonce": nonce,
        }
        if self.provider.kind is Kind.FRANCECONNECT:
            asked["acr_values"] = self.provider.acr_values
        if self._proves(published):
            asked |= {
                "code_challenge": create_s256_code_challenge(verifier),
                "code_challenge_method": "S256",
            }
        return _with(published.authorization_endpoint, asked)

    def check_return(self, published: Published, error: str | None, issuer: str | None) -> None:
        """Look at what a browser brings back besides its code.

        Raises:
            SignInFailed: the provider says why there is none, or another one says so.
        """
        if issuer not in (None, self.provider.named_issuer) or (published.names_itself and issuer is None):
            raise SignInFailed(Failure.NOT_TRUSTED, "iss of the return")
        if error is None:
            return
        if error in _GIVEN_UP:
            raise SignInFailed(Failure.DECLINED, _word(error))
        raise SignInFailed(Failure.AWAY if error in _TRY_AGAIN else Failure.REFUSED, _word(error))

    async def identity(self, code: str, back: str, *, nonce: bytes, verifier: str) -> Identity:
        """Ask the provider who came back with this code.

        Raises:
            SignInFailed: it does not answer, refuses, or says what cannot be believed.
        """
        published = await self.published()
        proven = {"code_verifier": verifier} if self._proves(published) else {}
        try:
            async with asyncio.timeout(WITHIN), self._client(published, back) as client:
                given = await client.fetch_token(
                    published.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=back,
                    **proven,
                )
                token, access = given.get("id_token"), given.get("access_token")
                if not isinstance(token, str) or not isinstance(access, str):
                    raise SignInFailed(Failure.NOT_TRUSTED, "no id_token")
                key, algorithm = await self._key(token, "id_token")
                subject = subject_of(token, key, algorithm, self.provider, nonce=nonce, access_token=access)
                siret = await self._siret(client, published, subject)
        except OAuthError as fault:
            late = fault.error == "invalid_grant"
            raise SignInFailed(
                Failure.UNKNOWN if late else Failure.REFUSED, _word(str(fault.error))
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, IssuerAway) as fault:
            raise SignInFailed(Failure.AWAY, type(fault).__name__) from fault
        except (ValueError, TypeError, AttributeError) as fault:
            raise SignInFailed(Failure.NOT_TRUSTED, f"token endpoint: {type(fault).__name__}") from fault
        return Identity(issuer=self.provider.named_issuer, subject=subject, siret=siret, id_token=token)

    async def leaving(self, id_token: str, state: str, back: str) -> str | None:
        """Give the address at the provider that ends the session there; `None` where none is known."""
        try:
            end = (await self.published()).end_session_endpoint
        except SignInFailed:
            return None
        if end is None:
            return None
        asked = {"id_token_hint": id_token, "state": state, "post_logout_redirect_uri": back}
        return _with(end, asked)

    async def published(self) -> Published:
        """Give what the provider publishes of itself.

        Raises:
            SignInFailed: it does not answer, or publishes nothing that people can be sent to.
        """
        if self._published is not None and monotonic() < self._published[1]:
            return self._published[0]
        return await self.asked_anew()

    async def asked_anew(self) -> Published:
        """Ask the provider what it publishes of itself, whatever is believed, and believe that from now on.

        Raises:
            SignInFailed: it does not answer, or publishes nothing that people can be sent to. What was believed is.
        """
        try:
            async with (
                asyncio.timeout(WITHIN),
                httpx.AsyncClient(timeout=WITHIN, follow_redirects=False, verify=self._trusted()) as client,
            ):
                found = _published(await get_object(client, self.provider.discovery_url), self.provider)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, TimeoutError) as fault:
            raise SignInFailed(Failure.AWAY, f"discovery: {fault}") from fault
        self._published = found, monotonic() + FRESH
        return found

    def _proves(self, published: Published) -> bool:
        return self.provider.kind is Kind.OIDC and published.proves_codes

    async def _siret(self, client: AsyncOAuth2Client, published: Published, subject: str) -> str | None:
        """Ask who somebody is, where the provider's rules want that: signed, or it is not believed."""
        if self.provider.kind is Kind.OIDC:
            return None
        if published.userinfo_endpoint is None:
            raise SignInFailed(Failure.NOT_TRUSTED, "userinfo: no address")
        response = await client.get(published.userinfo_endpoint, headers={"accept": "application/jwt"})
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code != 200:
            raise SignInFailed(Failure.AWAY, f"userinfo: {response.status_code}")
        if kind != "application/jwt":
            raise SignInFailed(Failure.NOT_TRUSTED, "userinfo: not signed")
        token = response.text.strip()
        key, algorithm = await self._key(token, "userinfo")
        return siret_of(token, key, algorithm, self.provider, subject=subject)

    async def _key(self, token: str, what: str) -> tuple[Any, str]:
        try:
            said = opened(token)
        except TokenInvalid as fault:
            raise SignInFailed(Failure.NOT_TRUSTED, f"{what}: form") from fault
        if said.algorithm not in self.provider.algorithms or said.issuer != self.provider.named_issuer:
            raise SignInFailed(Failure.NOT_TRUSTED, f"{what}: algorithm or issuer")
        key = await self._keys.key(said)
        if key is None:
            raise SignInFailed(Failure.NOT_TRUSTED, f"{what}: key")
        return key, said.algorithm

    async def _fetch_keys(self) -> Any:
        published = await self.published()
        async with httpx.AsyncClient(
            timeout=WITHIN, follow_redirects=False, verify=self._trusted()
        ) as client:
            keys = usable(await get_object(client, published.jwks_uri))
        if not keys:
            raise ValueError(f"{published.jwks_uri} has no key that can be used")
        return keys

    def _client(self, published: Published, back: str) -> AsyncOAuth2Client:
        id, secret = self.provider.client_id, self.provider.secret
        if published.authentication == "client_secret_basic":  # RFC 6749, 2.3.1
            id, secret = quote_plus(id), quote_plus(secret)
        return AsyncOAuth2Client(
            id,
            secret,
            token_endpoint_auth_method=published.authentication,
            redirect_uri=back,
            leeway=0,  # those of ProConnect last for a minute
            transport=Bounded(self._trusted()),
            timeout=WITHIN,
            follow_redirects=False,
        )

    def _trusted(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = httpx.create_ssl_context()
        return self._context


def _with(address: str, asked: dict[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def _published(document: dict[str, Any], provider: Provider) -> Published:
    if document.get("issuer") != provider.named_issuer:  # OpenID Connect Discovery 1.0, 4.3
        raise ValueError(f"{provider.discovery_url} is the document of another issuer")
    return Published(
        authorization_endpoint=_endpoint(document, "authorization_endpoint") or "",
        token_endpoint=_endpoint(document, "token_endpoint") or "",
        jwks_uri=_endpoint(document, "jwks_uri") or "",
        userinfo_endpoint=_endpoint(document, "userinfo_endpoint", needed=False),
        end_session_endpoint=_endpoint(document, "end_session_endpoint", needed=False),
        authentication=_authentication(document, provider),
        proves_codes="S256" in _list(document, "code_challenge_methods_supported"),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(document: dict[str, Any], name: str, *, needed: bool = True) -> str | None:
    found = document.get(name)
    if found is None and not needed:
        return None
    if not isinstance(found, str):
        raise TypeError(f"{name} is missing")
    require_private(found)
    return found


def _authentication(document: dict[str, Any], provider: Provider) -> str:
    """Say who we are in the body where the provider's documentation has it so, else as the provider prefers."""
    known = _list(document, "token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if provider.kind is not Kind.OIDC or "client_secret_basic" not in known:
        return "client_secret_post"
    return "client_secret_basic"


def _list(document: dict[str, Any], name: str) -> list[Any]:
    found = document.get(name)
    return found if isinstance(found, list) else []


def _word(error: str) -> str:
    """Give a code of an error for the log: nothing that somebody else wrote at length."""
    return error[:40] if error.isascii() and error.replace("_", "").isalnum() else "unreadable error"
