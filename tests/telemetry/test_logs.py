"""What gets into a line of the log, and what does not."""

import json
import logging
import sys
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog
from pydantic import BaseModel, ValidationError

from domain.refusals import Code
from server.settings import Settings
from server.telemetry.logs import formatter, in_json
from store.faults import StoreTooSlow

NAME = "Zénobie Quatrepoint"
log = logging.Logger("server.example")  # without a root: what pytest captures is formatted its way


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(formatter("api", as_json=True))
        self.lines: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def lines() -> "list[dict[str, object]]":
    handler = _Lines()
    log.handlers[:] = [handler]
    log.setLevel(logging.DEBUG)
    return handler.lines


def test_a_line_says_when_what_and_where(lines: list[dict[str, object]]) -> None:
    log.info("removed %d files", 3)
    (line,) = lines
    assert str(line.pop("time")) > "2020"
    assert line == {"level": "info", "logger": "server.example", "event": "removed 3 files", "process": "api"}


def test_numbers_codes_and_identifiers_are_said_and_texts_are_not(lines: list[dict[str, object]]) -> None:
    id = uuid4()
    log.warning("%s of %s by %s at %.1f: %s, %s", Code.NOT_ALLOWED, id, NAME, 1.25, str(id), {"a": NAME})
    assert lines[0]["event"] == f"NOT_ALLOWED of {id} by … at 1.2: {id}, …"


def test_a_text_that_was_put_together_is_not_said_whoever_says_it(lines: list[dict[str, object]]) -> None:
    log.warning(f"hello {NAME}")
    log.warning("hello " + NAME)
    log.warning(NAME[:-1] + NAME[-1])
    for line in lines:
        assert str(line["event"]).startswith("… (test_logs:")


def test_arguments_that_do_not_fit_say_nothing(
    lines: list[dict[str, object]], capfd: pytest.CaptureFixture[str]
) -> None:
    log.warning("%d of %d", NAME, 2)
    log.warning("%s", NAME, NAME)
    log.warning("named: %(name)s", {"name": NAME})
    assert [line["event"] for line in lines] == ["… of …", "…", "named: …"]
    assert NAME not in "".join(capfd.readouterr())


def test_fields_are_said_that_are_listed_and_of_their_shape(lines: list[dict[str, object]]) -> None:
    id = str(uuid4())
    given = {"concertation": id, "operation": "SubmitContribution", "number": 3, "code": Code.NOT_ALLOWED}
    wrong = {"reference": NAME, "field": "a b", "file": "passwd", "seconds": NAME}
    log.info("so", extra={**given, **wrong, "member": NAME, "body": NAME, "mail": "zoe@exemple.fr"})
    fields = set(lines[0]) - {"time", "level", "logger", "event", "process"}
    assert {name: lines[0][name] for name in fields} == given


def test_what_a_request_is_known_by_goes_with_all_its_lines(lines: list[dict[str, object]]) -> None:
    with structlog.contextvars.bound_contextvars(reference="0" * 32, operation="Viewer", who=NAME):
        log.info("so")
    log.info("so")
    assert [line.get("reference") for line in lines] == ["0" * 32, None]
    assert NAME not in str(lines)


def _fault(fault: BaseException, *causes: BaseException) -> BaseException:
    if causes:
        fault.__cause__ = _fault(*causes)
    return fault


class _Aged(BaseModel):
    age: int


def _unread() -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        _Aged.model_validate({"age": NAME, NAME: 1})
    return raised.value


def _double() -> asyncpg.PostgresError:
    return asyncpg.PostgresError.new(
        {"C": "23505", "M": f"duplicate {NAME}", "D": f"Key (name)=({NAME}) exists", "n": "contact_mail_key"}
    )


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ValueError(NAME), "ValueError"),
        (_unread(), "ValidationError"),
        (_double(), "UniqueViolationError (sqlstate 23505, constraint_name contact_mail_key)"),
        (ConnectionRefusedError(111, NAME), "ConnectionRefusedError (ECONNREFUSED)"),
        (
            _fault(StoreTooSlow(NAME), TimeoutError(NAME)),
            "StoreTooSlow (PostgreSQL did not answer in time) because of TimeoutError",
        ),
        (type(NAME.split()[0], (Exception,), {"status": NAME})(NAME), "Zénobie"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_of_a_fault_its_kind_is_said_and_never_its_text(
    lines: list[dict[str, object]], fault: Exception, said: str
) -> None:
    try:
        raise fault
    except Exception as caught:
        log.exception("it failed")
        log.warning("it waits: %s", caught)
        log.warning("it waits", extra={"fault": caught})
    assert [line.get("fault", line["event"]) for line in lines] == [said, f"it waits: {said}", said]
    assert str(lines[0]["at"]).startswith("['telemetry/test_logs.py:")
    assert NAME not in str(lines)


def test_a_fault_that_causes_itself_has_an_end(lines: list[dict[str, object]]) -> None:
    one, other = ValueError(), TypeError()
    one.__cause__, other.__cause__ = other, one
    log.warning("%s", one)
    assert lines[0]["event"] == "ValueError because of TypeError"


def test_of_what_temporals_core_says_the_heading_is_left(lines: list[dict[str, object]]) -> None:
    log.handle(
        log.makeRecord("temporalio", 30, "(sdk-core)", 0, f"Failing task: {NAME}", (), None, "(sdk-core)")
    )
    assert lines[0]["event"] == "Failing task"


def test_json_is_written_where_nobody_reads_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_json(Settings())
    assert not in_json(Settings(log_format="text"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert not in_json(Settings())
    assert in_json(Settings(log_format="json"))


def test_text_says_the_same(lines: list[dict[str, object]]) -> None:
    log.handlers[0].setFormatter(formatter("api", as_json=False))
    record = log.makeRecord(
        "server.example", 30, __file__, 1, f"by {NAME}", (), None, "f", {"number": UUID(int=1).int}
    )
    line = log.handlers[0].format(record)
    assert NAME not in line
    assert "number=1" in line
