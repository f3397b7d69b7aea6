"""Logs: one way out for every logger of the process, of the project or of a library, set up once by the commands.

JSON, a line each, in services; readable lines on a terminal. What may be in a line, fields.py and written.py say.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson
import structlog

from server.settings import Settings
from server.telemetry.fields import shaped
from server.telemetry.written import text_of
from store.fault_told import places, told

Event = MutableMapping[str, Any]

log = logging.getLogger(__name__)

_TEMPORAL = ("temporal_activity", "temporal_workflow")
"""Where Temporal's loggers keep what they know of the activity, of the workflow, that logs."""
_QUIET = {"httpx": logging.WARNING, "httpx2": logging.WARNING, "httpcore": logging.WARNING}
"""They would say every request that is made."""


def set_up(settings: Settings, process: str) -> None:
    """Send everything that is logged from now on to standard error, and what nobody catches, too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(process, as_json=in_json(settings)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a message that does not fit its arguments would be printed with them
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda found: _uncaught(found.exc_type, found.exc_value, found.exc_traceback)
    threading.excepthook = lambda found: _uncaught(found.exc_type, found.exc_value, found.exc_traceback)


def in_json(settings: Settings) -> bool:
    """Say whether lines are JSON: as the settings have it, or else where nobody reads them on a terminal."""
    return settings.log_format == "json" if settings.log_format else not sys.stderr.isatty()


def formatter(process: str, *, as_json: bool) -> logging.Formatter:
    """Make what turns a record into a line."""

    def named(_: Any, __: str, event: Event) -> Event:
        event["process"] = process
        return event

    rendering: list[Callable[..., Any]] = (
        [structlog.processors.JSONRenderer(serializer=_dumps)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_only_what_may_be_said],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, named, *rendering],
        pass_foreign_args=True,
        use_get_message=False,
    )


def _only_what_may_be_said(_: Any, __: str, event: Event) -> Event:
    """Make the event anew from its record: nothing is handed on that was not asked for here by name."""
    record: logging.LogRecord = event["_record"]
    said: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": text_of(record, event.get("positional_args")),
    }
    said |= shaped(structlog.contextvars.get_contextvars())
    for part in _TEMPORAL:
        given = getattr(record, part, None)
        said |= shaped(given) if isinstance(given, dict) else {}
    said |= shaped(record.__dict__)
    if record.exc_info and record.exc_info[1] is not None:
        said |= {"fault": told(record.exc_info[1]), "at": places(record.exc_info[2])}
    return said | {"_record": record, "_from_structlog": False}


def _uncaught(
    kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None, *_: object
) -> None:
    log.critical("nobody caught this", exc_info=(kind, fault if fault is not None else kind(), trace))


def _dumps(event: Event, **_: Any) -> str:
    return orjson.dumps(event, default=lambda _: None).decode()
