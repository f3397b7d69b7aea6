"""Contents in an S3-compatible bucket, through obstore."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from server.dependencies import Wrong
from server.files.shelf import ShelfFault, ShelfRefused, place_of
from server.settings import Settings

try:
    import obstore
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
    from obstore.store import S3Store
except ImportError as missing:
    raise ShelfRefused(
        "CONCERTATION_S3_BUCKET is set, but obstore is not installed: pip install 'concertation[s3]'."
    ) from missing

if TYPE_CHECKING:
    from obstore.store import S3Config

_CHUNK = 262_144
_NOBODYS = 64 * "0"


class S3Shelf:
    """Keeps contents in a bucket that exists."""

    def __init__(self, settings: Settings) -> None:
        """Look nowhere but in the settings: credentials that are not there are asked of the machine's own role."""
        assert settings.s3_bucket is not None
        try:
            self._store = S3Store(
                settings.s3_bucket,
                prefix=settings.s3_prefix or None,
                config=_configured(settings),
                client_options={
                    "allow_http": (settings.s3_endpoint or "").startswith("http://"),
                    "connect_timeout": timedelta(seconds=settings.s3_timeout),
                    "timeout": timedelta(seconds=settings.s3_timeout),
                },
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=settings.s3_timeout)},
            )
        except (BaseError, ValueError, TypeError) as fault:
            raise ShelfRefused(f"CONCERTATION_S3_…: {fault}") from fault

    async def put(self, digest: str, staged: Path) -> None:
        """Send the file; large ones in parts, which appear as one."""
        try:
            await obstore.put_async(self._store, place_of(digest), staged)
        except (BaseError, OSError) as fault:
            raise ShelfFault(type(fault).__name__) from fault

    async def open(self, digest: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Begin to read."""
        try:
            found = await obstore.get_async(self._store, place_of(digest), options={"range": (start, end)})
        except (BaseError, OSError) as fault:
            raise ShelfFault(type(fault).__name__) from fault

        async def pieces() -> AsyncIterator[bytes]:
            try:
                async for piece in found.stream(_CHUNK):
                    yield bytes(piece)
            except (BaseError, OSError) as fault:
                raise ShelfFault(type(fault).__name__) from fault

        return pieces()

    async def reached(self) -> None:
        """See that the bucket is there and takes our key, by what it says of a content that nobody has.

        Raises:
            Wrong: it is not there, or refuses the key.
            ShelfFault: it does not answer.
        """
        try:
            await obstore.get_async(self._store, place_of(_NOBODYS), options={"range": (0, 1)})
        except FileNotFoundError as fault:
            if "NoSuchBucket" in str(fault):
                raise Wrong("no such bucket") from fault
        except (PermissionDeniedError, UnauthenticatedError, PermissionError) as fault:
            # S3 says AccessDenied, and not that it is missing, to who may read and not list.
            if "AccessDenied" not in str(fault):
                raise Wrong("refuses our key") from fault
        except (BaseError, OSError) as fault:
            raise ShelfFault(type(fault).__name__) from fault

    async def erase(self, digest: str) -> None:
        """Delete the object."""
        try:
            await obstore.delete_async(self._store, place_of(digest))
        except FileNotFoundError:
            pass  # some stores say so, S3 does not
        except (BaseError, OSError) as fault:
            raise ShelfFault(type(fault).__name__) from fault


def _configured(settings: Settings) -> S3Config:
    given: S3Config = {}
    if settings.s3_endpoint is not None:
        given["endpoint"] = settings.s3_endpoint
    if settings.s3_region is not None:
        given["region"] = settings.s3_region
    if settings.s3_access_key is not None:
        given["access_key_id"] = settings.s3_access_key
    if settings.s3_secret_key is not None:
        given["secret_access_key"] = settings.s3_secret_key.get_secret_value()
    return given
