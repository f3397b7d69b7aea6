"""What a log, or a history of Temporal, may have of a fault: of what kind it is and where it arose, never its text.

PostgreSQL's messages show rows, pydantic's what was put in, a mail server's whom it does not know. So a text is told
only where the program wrote it: in the docstring of the class.
"""

from __future__ import annotations

import errno
import json
import logging
import re
import sys
from types import TracebackType

FRAMES = 12
"""The last so many places of a fault are told."""
_OURS = ("domain", "store", "activities", "workflows", "api", "server")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_STATE = re.compile(r"[0-9A-Z]{5}")
_DETAIL = re.compile(r"[A-Za-z0-9_ .:-]{1,80}")


def told(fault: BaseException) -> str:
    """Say of what kind a fault is, and its causes: `StoreTooSlow (…) because of TimeoutError`."""
    links: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = fault
    while current is not None and id(current) not in seen and len(links) < FRAMES:
        seen.add(id(current))
        links.append(told_alone(current))
        # Temporal's failures keep what caused them here; Python's say it themselves.
        current = (
            current.__cause__
            or getattr(current, "cause", None)
            or (None if current.__suppress_context__ else current.__context__)
        )
        current = current if isinstance(current, BaseException) else None
    return " because of ".join(links)


def places(trace: TracebackType | None) -> list[str]:
    """Say where a fault went by, the place where it arose last: `store/pool.py:61 acquire`."""
    found: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        short = "/".join(code.co_filename.split("/")[-2:])
        found.append(f"{short}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-FRAMES:]


def tell_no_more_than_this(process: str) -> None:
    """Let a child process that has no log of its own end with one line on standard error, and say nothing else."""

    def tell(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        said = {"level": "error", "event": "ended by a fault", "process": process}
        print(json.dumps(said | {"fault": told(fault), "at": places(trace)}), file=sys.stderr)

    sys.excepthook = tell
    logging.getLogger().addHandler(logging.NullHandler())


def told_alone(fault: BaseException) -> str:
    """Say of what kind a fault is, without its causes."""
    said = [word for word in (_text(fault), *_marks(fault)) if word]
    return f"{type(fault).__name__} ({', '.join(said)})" if said else type(fault).__name__


def _text(fault: BaseException) -> str | None:
    """Give the first sentence of the docstring of a class of the project: that is its message."""
    kind = type(fault)
    written = kind.__dict__.get("__doc__") if kind.__module__.split(".")[0] in _OURS else None
    return re.split(r"[.:]\s", f"{written.strip()} ", maxsplit=1)[0].rstrip(".") if written else None


def _marks(fault: BaseException) -> list[str]:
    """Give what faults say of themselves by names and numbers that are the program's, or the system's."""
    marks = []
    for attribute, shape in (
        ("sqlstate", _STATE),
        ("constraint_name", _NAME),
        ("table_name", _NAME),
        ("status", _NAME),
        ("type", _NAME if type(fault).__name__ == "ApplicationError" else None),
        ("failure", _NAME),
        ("detail", _DETAIL if type(fault).__name__ == "SignInFailed" else None),
    ):
        value = getattr(fault, attribute, None)
        value = getattr(value, "name", value)
        if shape is not None and isinstance(value, str) and shape.fullmatch(value):
            marks.append(f"{attribute} {value}")
    if isinstance(fault, OSError) and fault.errno is not None and fault.errno in errno.errorcode:
        marks.append(errno.errorcode[fault.errno])
    return marks
