"""What leaves this machine in a trace: attributes by name, each of a shape. No text of a fault, no event, no argument.

Libraries record exceptions with their messages, and PostgreSQL's quote rows: so what is exported is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status

ATTRIBUTES = frozenset(
    {
        "http.request.method", "http.route", "http.response.status_code", "graphql.operation.type",
        "graphql.operation.name", "db.system.name", "db.operation.name", "temporalActivityID", "temporalActivityType",
        "temporalRunID", "temporalUpdateID", "temporalWorkflowID",
    }
)  # fmt: skip
_SHAPE = re.compile(r"[A-Za-z0-9_ ./:-]{1,100}")
_TYPE = re.compile(r"[A-Za-z_.]{1,100}")


class Cleaning(SpanExporter):
    """Hands spans on, cleaned."""

    def __init__(self, onward: SpanExporter) -> None:
        """To this one."""
        self._onward = onward

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export what may be said."""
        return self._onward.export([cleaned(span) for span in spans])

    def shutdown(self) -> None:
        """Stop."""
        self._onward.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is left."""
        return self._onward.force_flush(timeout_millis)


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """Make a span anew from what may be said of it; of the exceptions in it, the last one's type."""
    said = _allowed(span.attributes or {})
    for event in span.events:
        kind = str((event.attributes or {}).get("exception.type", ""))
        if _TYPE.fullmatch(kind):
            said["error.type"] = kind
    return ReadableSpan(
        name=span.name if _SHAPE.fullmatch(span.name) else "…",
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=said,
        links=[Link(link.context) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _allowed(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in given.items()
        if name in ATTRIBUTES and (isinstance(value, int) or _SHAPE.fullmatch(str(value)))
    }
