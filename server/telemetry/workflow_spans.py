"""Traces through Temporal: an update's handler belongs to the trace of whoever sent it.

The SDK lets it belong to the trace that once started the workflow, and links the other: of a workflow that
lives for years, every command and every deadline would be found in the trace of the first. What a workflow does by
itself has no sender; each of its activities then begins a trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry import context
from temporalio.api.common.v1 import Payload
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.worker import HandleUpdateInput, WorkflowInterceptorClassInput


class WorkflowSpans(TracingInterceptor):
    """Traces clients, workflows and activities."""

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[TracingWorkflowInboundInterceptor]:
        """Give what stands before workflows."""
        super().workflow_interceptor_class(input)
        return _OfItsSender


_HANDLES = "HandleUpdate:"


class _Made:
    """Is given the headers that a span would go on with."""

    def __init__(self) -> None:
        self.headers: Mapping[str, Payload] = {}


_sender: ContextVar[dict[str, Any] | None] = ContextVar("sender", default=None)
"""The trace of whoever sent the update that is handled: each handler is a task, with a context of its own."""


class _OfItsSender(TracingWorkflowInboundInterceptor):
    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        with self._of_sender(input):
            super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        with self._of_sender(input):
            return await super().handle_update_handler(input)

    def _completed_span(self, span_name: str, **more: Any) -> None:
        if not span_name.startswith(_HANDLES):
            super()._completed_span(span_name, **more)
            return
        made = _Made()
        super()._completed_span(span_name, add_to_outbound=made, **more)
        header = made.headers.get(self.header_key)
        if header is not None:  # what the handler does belongs to it; the SDK leaves it without children
            carrier = self.payload_converter.from_payloads([header])[0]
            context.attach(self._set_on_context(self.text_map_propagator.extract(carrier)))

    def _load_workflow_context_carrier(self) -> dict[str, Any] | None:
        return _sender.get()

    @contextmanager
    def _of_sender(self, input: HandleUpdateInput) -> Iterator[None]:
        header = input.headers.get(self.header_key)
        token = _sender.set(self.payload_converter.from_payloads([header])[0] if header else None)
        try:
            yield
        finally:
            _sender.reset(token)
