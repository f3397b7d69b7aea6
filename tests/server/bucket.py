"""An S3 server with a bucket, in the test process, and the settings of who keeps files there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from pydantic import SecretStr

from server.settings import Settings


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 server with a bucket, in a thread."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urlopen(Request(f"http://{host}:{port}/papers", method="PUT")).close()
    yield f"http://{host}:{port}"
    server.stop()


def bucket_at(endpoint: str) -> dict[str, Any]:
    """Give the settings of the bucket."""
    return {
        "s3_bucket": "papers",
        "s3_prefix": "concertation",
        "s3_endpoint": endpoint,
        "s3_region": "eu-west-3",
        "s3_access_key": "someone",
        "s3_secret_key": SecretStr("secret"),
        "s3_timeout": 2,
    }


def in_a_bucket(folder: Path, endpoint: str) -> Settings:
    """Give the settings of who keeps files in the bucket."""
    return Settings(data_dir=folder, **bucket_at(endpoint))
