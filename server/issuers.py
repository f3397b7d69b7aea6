"""The issuers whose bearer tokens the API accepts: what the file that CONCERTATION_ISSUERS_FILE names says of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from server.errors import CommandFailed
from server.settings import Settings, is_loopback

Algorithm = Literal[
    "Ed25519", "EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"
]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
_NAME = "CONCERTATION_ISSUERS_FILE"


class IssuersRefused(CommandFailed):
    """The file of issuers cannot be used."""


class Issuer(BaseModel):
    """Whose tokens are accepted, for which audience, and where its keys are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: `iss` of its tokens, to the letter.
    issuer: Text
    #: What its tokens must name as `aud`: this service, as the issuer knows it.
    audience: Text
    #: Where its public keys are (JSON Web Key Set); or else `discovery_url`, whose document says where.
    jwks_url: Text | None = None
    discovery_url: Text | None = None
    #: What its tokens may be signed with. Whatever is said here, an algorithm counts with keys alone that it fits.
    algorithms: tuple[Algorithm, ...] = Field(("RS256", "PS256", "ES256", "Ed25519"), min_length=1)

    @field_validator("jwks_url", "discovery_url")
    @classmethod
    def _is_private(cls, url: str | None) -> str | None:
        if url is not None:
            require_private(url)
        return url

    @model_validator(mode="after")
    def _is_found_one_way(self) -> Self:
        if (self.jwks_url is None) == (self.discovery_url is None):
            raise ValueError("either jwks_url or discovery_url is needed, and not both")
        return self


def require_private(url: str) -> None:
    """`ValueError` unless nobody on the way reads or changes what comes from there: https, or this machine."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
        raise ValueError(f"{url} is no https address")


def read_issuers(settings: Settings) -> tuple[Issuer, ...]:
    """Read them; none where no file is named.

    Raises:
        IssuersRefused: the file cannot be read, or leaves open whom to trust.
    """
    file = settings.issuers_file
    if file is None:
        return ()
    try:
        text = file.read_text()
        if not text.strip():  # the place of a file that an operator left empty
            return ()
        content = yaml.safe_load(text)
        if isinstance(content, dict) and content.keys() == {"issuers"}:
            content = content["issuers"]
        found = TypeAdapter(tuple[Issuer, ...]).validate_python(content)
    except ValidationError as fault:
        raise IssuersRefused(f"{_NAME}: {file} cannot be used. {_said(fault)}") from None
    except (OSError, ValueError, yaml.YAMLError) as fault:
        raise IssuersRefused(f"{_NAME}: {file} cannot be read ({fault}).") from fault
    names = [one.issuer for one in found]
    if len(set(names)) < len(names) or settings.token_issuer in names or not names:
        raise IssuersRefused(
            f"{_NAME}: {file} must name at least one issuer, each once, and not {settings.token_issuer!r}, whose "
            "tokens are checked by CONCERTATION_JWKS_FILE or the development key (CONCERTATION_TOKEN_ISSUER)."
        )
    return found


def _said(fault: ValidationError) -> str:
    faults: list[Any] = fault.errors(include_url=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults)
