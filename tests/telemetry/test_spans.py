"""What is left of a span before it leaves; how statements are called; that nothing is paid where nobody collects."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import Status, StatusCode

from server.telemetry.cleaning import cleaned
from server.telemetry.spans import name_of

NAME = "Zénobie Quatrepoint"


def _span(name: str = "append", **attributes: str) -> ReadableSpan:
    tracer = TracerProvider().get_tracer("tests")
    with (
        pytest.raises(ValueError, match=NAME),
        tracer.start_as_current_span(name, attributes=attributes) as span,
    ):
        span.set_attribute("http.response.status_code", 500)
        span.set_status(Status(StatusCode.ERROR, f"ValueError: {NAME}"))
        raise ValueError(NAME)
    assert isinstance(span, ReadableSpan)
    return span


def test_of_an_exception_the_type_is_left() -> None:
    left = cleaned(_span())
    assert dict(left.attributes or {}) == {"http.response.status_code": 500, "error.type": "ValueError"}
    assert (left.status.status_code, left.status.description, list(left.events)) == (
        StatusCode.ERROR,
        None,
        [],
    )
    assert NAME not in left.to_json()


def test_attributes_that_are_not_listed_or_of_another_shape_are_left_out() -> None:
    given = {
        "db.operation.name": "append",
        "http.route": f"/{NAME}",
        "user.name": "z",
        "db.query.text": "SELECT 1",
    }
    left = cleaned(_span(f"GET /{NAME}", **given))
    assert left.name == "…"
    assert dict(left.attributes or {})["db.operation.name"] == "append"
    assert not {"http.route", "user.name", "db.query.text"} & set(left.attributes or {})


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("SELECT append($1, $2)", "append"),
        ("\n SELECT seq, head FROM open_concertation($1, $2)", "open_concertation"),
        ("SELECT instant()", "instant"),
        ("SELECT count(*) FROM ledger WHERE actor = 'x'", "SELECT ledger"),
        ("INSERT INTO mail VALUES ($1)", "INSERT mail"),
        ("UPDATE outbox SET delivered_at = instant() WHERE id = 1", "UPDATE outbox"),
        ("COMMIT;", "COMMIT;"),
        ("", ""),
    ],
)
def test_a_statement_is_called_by_its_function_or_its_verb_and_table(query: str, name: str) -> None:
    assert name_of(query) == name


def test_where_nobody_collects_nothing_of_it_is_even_imported() -> None:
    program = (
        "import sys, server.app, server.worker, server.telemetry.instruments as i\n"
        "from server.settings import Settings\n"
        "i.ApiInstruments.of(Settings()); i.WorkerInstruments.of(Settings())\n"
        "print(sorted(m for m in sys.modules if m.startswith('opentelemetry')))\n"
        "sys.stdout.flush(); import os; os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
