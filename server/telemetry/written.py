"""Which texts were written by a programmer: those that stand in the code that logs them.

A text that was put together at run time may have anything in it, and no pattern finds every name. One that is a
constant of the function that logs it has nothing of anybody. Its arguments are looked at one by one.
"""

from __future__ import annotations

import logging
import re
import sys
from types import CodeType, FrameType
from typing import Any

from server.telemetry.fields import LEFT_OUT, argument

_CORE = "(sdk-core)"
"""Whence Temporal's core, which is no Python, says that its messages come."""
_HEADING = re.compile(r"[A-Za-z][A-Za-z ,_'-]{0,99}")
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?(?:%|[#0 +-]*[\d*]*(?:\.[\d*]+)?[a-zA-Z])")


def text_of(record: logging.LogRecord, args: Any) -> str:
    """Give the text of a record as far as it was written beforehand; else the place that it comes from."""
    message = record.msg
    if record.pathname == _CORE:
        heading = _HEADING.match(str(message))
        return heading[0].strip() if heading else LEFT_OUT
    if isinstance(message, str) and message in _constants(record):
        return _filled(message.strip(), args)
    return f"{LEFT_OUT} ({record.module}:{record.lineno})"


def _filled(message: str, args: Any) -> str:
    if not args:
        return message
    if isinstance(args, dict):
        return _PLACEHOLDER.sub(LEFT_OUT, message)
    try:
        return message % tuple(map(argument, args))
    except (TypeError, ValueError):  # %d, and what stands for its argument is no number
        return _PLACEHOLDER.sub(LEFT_OUT, message)


def _constants(record: logging.LogRecord) -> tuple[Any, ...]:
    """Give the constants of the function that logs; none where it is not on the stack any more."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code: CodeType = frame.f_code
        if (
            code.co_name == record.funcName
            and code.co_filename == record.pathname
            and frame.f_lineno == record.lineno
        ):
            return code.co_consts
        frame = frame.f_back
    return ()
