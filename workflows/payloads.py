"""How values travel through Temporal: as JSON, read by pydantic.

The SDK's own pydantic converter keeps its adapters per workflow, and builds them in the workflow's sandbox. Here that
took 0.2 s and some megabytes for each concertation in memory. These adapters are the process's, and built outside.

Temporal takes no value of more than 2 MB: a snapshot with 10,000 members. So large ones travel compressed, some 25
times smaller; the others stay readable in its web interface.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadCodec,
)

from domain.acts import Command, SealFigures
from domain.process import Process
from store.replies import Recorded, Reply
from store.snapshots import read_process
from workflows.failures import ToldFailures

#: Everything that a workflow reads. Others may be read too; their adapter is made by who comes first.
READ = (Command, Process | None, Recorded, SealFigures, Reply, datetime | None, list[str], str, None)

#: Of these, what is unset is left out, as everywhere else.
WRITTEN = (Command, Process, Recorded)

#: Values of more bytes than this are compressed.
LARGE = 64_000
_COMPRESSED = b"binary/zlib"


class SharedPydanticConverter(PydanticJSONPlainPayloadConverter):
    """JSON through pydantic, with one adapter per type and process."""

    def to_payload(self, value: Any) -> Payload | None:
        """Write a value; what is ours as the ledger writes it, without the fields that are unset."""
        kind: Any = type(value)
        if kind not in WRITTEN:
            return super().to_payload(value)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=_adapter(kind).dump_json(value))

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Read a value of the type; without one, whatever the JSON says.

        Raises:
            pydantic.ValidationError: it is not of that type.
        """
        return _adapter(Any if type_hint is None else type_hint).validate_json(payload.data)


class FullPydanticConverter(SharedPydanticConverter):
    """Reads nothing that says more than this version of the program knows."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Read a value of the type.

        Raises:
            pydantic.ValidationError: it is not of that type, or of a newer version's.
            SnapshotUnreadable: a process of another version's.
        """
        if type_hint == Process | None and payload.data != b"null":
            return read_process(payload.data, full=True)
        return _adapter(Any if type_hint is None else type_hint).validate_json(payload.data, extra="forbid")


class ConcertationPayloads(CompositePayloadConverter):
    """The SDK's converters, with ours for JSON."""

    json: type[SharedPydanticConverter] = SharedPydanticConverter

    def __init__(self) -> None:
        super().__init__(
            *(
                self.json() if isinstance(converter, JSONPlainPayloadConverter) else converter
                for converter in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


class FullPayloads(ConcertationPayloads):
    """The same, for who must not overlook anything."""

    json = FullPydanticConverter


class LargeCompressed(PayloadCodec):
    """Compresses what is large, and leaves the rest as it is."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Compress the large ones."""
        return [_smaller(payload) if len(payload.data) > LARGE else payload for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Give back what was encoded."""
        return [_restored(payload) for payload in payloads]


def data_converter(*, full: bool = False) -> DataConverter:
    """Give the converter that every client of the project uses; builds its adapters, outside of any workflow.

    In `full` for workers: what another version wrote is read whole or not at all. A workflow that went on from a part
    of an event would wake at other deadlines, and an act would be recorded without what this version does not know.
    """
    for hint in READ:
        _adapter(hint)
    converter = FullPayloads if full else ConcertationPayloads
    return DataConverter(
        payload_converter_class=converter,
        payload_codec=LargeCompressed(),
        failure_converter_class=ToldFailures,
    )


@cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint)


def _smaller(payload: Payload) -> Payload:
    return Payload(metadata={"encoding": _COMPRESSED}, data=zlib.compress(payload.SerializeToString(), 1))


def _restored(payload: Payload) -> Payload:
    if payload.metadata.get("encoding") != _COMPRESSED:
        return payload
    return Payload.FromString(zlib.decompress(payload.data))
