"""Every refusal that the decider can give is provoked by a test, and those it cannot are known by name."""

from __future__ import annotations

import ast
from pathlib import Path

import domain.deciding
from domain.refusals import Code

TESTS = Path(__file__).parent
DECIDER = Path(domain.deciding.__file__).parent

ELSEWHERE = {
    # given by the store, the API or the reading of files
    Code.IDEMPOTENCY_KEY_REUSED, Code.ALREADY_CONTRIBUTED, Code.NOT_ADMITTED, Code.CHANNEL_NOT_OFFERED,
    Code.TEXT_EMPTY, Code.TEXT_TOO_LONG, Code.TEXT_INVALID, Code.PROCEDURE_VERSION_EXISTS, Code.UNKNOWN_PROCEDURE,
    Code.SLUG_TAKEN, Code.UNKNOWN_DOCUMENT, Code.UNKNOWN_SOURCE, Code.SOURCE_ELSEWHERE,
    Code.UNKNOWN_CONTRIBUTION, Code.CONTRIBUTION_REPLACED, Code.CONTRIBUTION_WITHDRAWN, Code.UNKNOWN_BATCH,
    Code.ANSWERS_INVALID, Code.ANSWERS_NOT_ASKED,
    Code.COLLEGE_OF_ORGANISATION,
    Code.ORGANISATION_EXISTS, Code.UNKNOWN_PLACE, Code.PLACE_MERGED, Code.SIREN_INVALID,
    Code.SIRET_INVALID, Code.SIRET_OF_ANOTHER, Code.NOT_REPRESENTATIVE, Code.CODE_MISREAD, Code.UNKNOWN_INVITATION,
    Code.INVITATION_USED, Code.INVITATION_EXPIRED, Code.INVITATION_OF_ANOTHER, Code.TOO_MANY_ATTEMPTS,
    Code.INVITATION_CLOSED,
    Code.ALREADY_APPEALED, Code.ALREADY_REPORTED, Code.APPEAL_DECIDED, Code.APPEAL_PENDING,
    Code.APPEAL_TOO_LATE, Code.CONTRIBUTION_HIDDEN, Code.CONTRIBUTION_NOT_HIDDEN, Code.CONTRIBUTION_REDACTED,
    Code.NO_APPEAL, Code.NO_REPORT, Code.OWN_CONTRIBUTION, Code.REDACTION_TOO_EARLY, Code.REDACTION_UNGROUNDED,
    Code.SECOND_PERSON_NEEDED, Code.TOO_MANY_REPORTS, Code.UNKNOWN_MEASURE, Code.QUESTIONNAIRE_INVALID,
    Code.FILE_ALREADY_SENT, Code.FILE_DAMAGED, Code.FILE_ELSEWHERE, Code.FILE_INCOMPLETE, Code.FILE_INFECTED,
    Code.FILE_NAME_INVALID, Code.FILE_NOT_SENT, Code.FILE_TOO_LARGE, Code.FILE_TYPE_MISMATCH,
    Code.FILE_TYPE_NOT_ACCEPTED, Code.FILE_UNSAFE, Code.TICKET_EXPIRED, Code.TICKET_INVALID,
    Code.TOO_MANY_FILES_WAITING, Code.UNKNOWN_FILE, Code.UPLOAD_NOT_RESUMABLE,
    Code.ALREADY_GROUPED, Code.CONSENT_MISSING, Code.CONTRIBUTIONS_APART, Code.CONTRIBUTIONS_NOT_OUT,
    Code.GROUPING_MERGED, Code.GROUPING_UNDONE, Code.UNKNOWN_GROUPING, Code.ADDRESS_INVALID, Code.THEME_FIXED,
    Code.TOO_MANY_ADDRESSES, Code.UNKNOWN_NOTICE, Code.NOTICE_WRONG_STATE,
    Code.WEBHOOK_ADDRESS_REFUSED, Code.UNKNOWN_WEBHOOK, Code.EVALUATION_INVALID,
    Code.TOKEN_REACH_MISSING, Code.TOKEN_LIFE_REFUSED, Code.TOO_MANY_TOKENS, Code.UNKNOWN_TOKEN, Code.UNKNOWN_SESSION,
    # kept in the published list; nothing gives them
    Code.UNKNOWN_OPINION, Code.SYNTHESIS_MISSING, Code.ALREADY_RESPONDED,
}  # fmt: skip


def codes_in(tree: ast.AST) -> set[Code]:
    return {
        Code[node.attr]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Code"
    }


def given() -> set[Code]:
    """Give the codes that the decider names."""
    folders = (DECIDER, DECIDER.parent / "migrating")
    sources = [*(path for folder in folders for path in folder.glob("*.py")), DECIDER.parent / "decide.py"]
    return set().union(*(codes_in(ast.parse(source.read_text())) for source in sources))


def provoked() -> set[Code]:
    """Give the codes that an assertion of a test of the decider expects of a refusal."""
    found: set[Code] = set()
    for path in TESTS.glob("test_decide_*.py"):
        if path != Path(__file__):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Assert):
                    found |= codes_in(node)
    return found


def test_every_code_that_the_decider_can_give_is_provoked_by_a_test():
    assert sorted(given() - provoked()) == []


def test_what_the_decider_never_gives_is_known_by_name():
    assert sorted(set(Code) - given() - ELSEWHERE) == []
    assert sorted(given() & ELSEWHERE) == []


def test_no_test_expects_a_code_that_the_decider_cannot_give():
    assert sorted(provoked() - given()) == []
