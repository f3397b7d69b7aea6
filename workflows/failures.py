"""What Temporal keeps of a fault: of what kind it is, what caused it and where it arose; as in logs, never its text.

Histories are shown in Temporal's web interface and outlive what they tell of, whatever is redacted here. PostgreSQL's
messages quote rows, pydantic's what was put in. A text is kept only where the program wrote it beforehand.
"""

from __future__ import annotations

import re
from types import TracebackType

from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.workflow import NondeterminismError

from store.fault_told import places, told_alone

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


class ToldFailures(DefaultFailureConverter):
    """Writes failures of activities, updates and workflows, each of their causes through the same door."""

    def to_failure(
        self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure
    ) -> None:
        """Write what may be said of an exception.

        One that came out of a history is handed on as it is: there it was written through here, or by Temporal itself.
        """
        super().to_failure(exception, payload_converter, failure)
        if isinstance(exception, FailureError) and exception.failure is not None:
            return
        failure.message = _text(exception)
        failure.stack_trace = "\n".join(places(exception.__traceback__))
        if failure.HasField("application_failure_info"):
            told = failure.application_failure_info
            told.ClearField("details")
            if not _NAME.fullmatch(told.type):
                told.ClearField("type")
        elif failure.HasField("canceled_failure_info"):
            failure.canceled_failure_info.ClearField("details")
        elif failure.HasField("timeout_failure_info"):
            failure.timeout_failure_info.ClearField("last_heartbeat_details")


def _text(exception: BaseException) -> str:
    if isinstance(exception, ApplicationError) and exception.message in _constants(exception.__traceback__):
        return exception.message
    if isinstance(exception, NondeterminismError):
        # Of Temporal's core, which names types and numbers of events; nothing else says where a history differs.
        return str(exception)
    return told_alone(exception)


def _constants(trace: TracebackType | None) -> tuple[object, ...]:
    """Give the constants of the function that raised."""
    if trace is None:
        return ()
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_consts
