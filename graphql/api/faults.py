"""Faults: what goes to `errors`, each with a code in `extensions`. Expected refusals are values, not faults."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from graphql import GraphQLError

from domain.texts import text


class FaultCode(StrEnum):
    """The published list of codes of faults. Their sentences are in the catalogues under `fault.<CODE>`."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    """The request has a form that nothing can be made of."""
    UNAUTHENTICATED = "UNAUTHENTICATED"
    """The token is not valid, or not any more."""
    UNAVAILABLE = "UNAVAILABLE"
    """A part of the service is down. Nothing was changed."""
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    """No answer in time: the command may still be applied. Asking again with the same key answers."""
    TIMED_OUT = "TIMED_OUT"
    """The operation took longer than one may, and was stopped. It changes nothing."""
    RATE_LIMITED = "RATE_LIMITED"
    """Too much was asked for in too short a time. Nothing was done; `retryAfter` is seconds until there is room."""
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    """No document here has that digest: send the text. The name, and the message of such an error, are Apollo's."""
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    """Whoever asks may send trusted documents alone, and this is none. Nothing was executed."""
    INTERNAL = "INTERNAL"
    """What nobody foresaw; the log knows more, under the reference."""


class InputFault(StrEnum):
    """What an argument has that no form of a request allows. The sentences are in the catalogues, `input.<value>`."""

    CURSOR = "cursor"
    """A cursor that this connection never gave: forged, cut, or of another one."""
    NEGATIVE = "negative"
    ONE_OF = "one_of"
    """None of the arguments of which exactly one is needed, or several."""
    NOT_SEARCHABLE = "not_searchable"
    UNRANKED = "unranked"
    """A ranking by relevance of what was not searched for."""
    TERRITORY = "territory"
    TOO_FAR = "too_far"
    CONCERTATION = "concertation"


class Bound(StrEnum):
    """What a document can ask too much of. The sentences are in the catalogues, `bound.<value>`."""

    CHARACTERS = "characters"
    TOKENS = "tokens"
    """Words, numbers, texts and signs."""
    LEVELS = "levels"
    """Fields inside fields."""
    FIELDS = "fields"
    """Fields, with every fragment written out where it is spread."""
    ROOTS = "roots"
    """Fields at the top of one operation."""
    ALIASES = "aliases"
    DIRECTIVES = "directives"
    FRAGMENTS = "fragments"
    VALUES = "values"
    """Lists and objects inside each other in one value that the document holds."""
    DIGITS = "digits"
    """Digits of one number."""
    REPEATS = "repeats"
    """Pairs of fields that stand for the same part of the answer."""
    COST = "cost"
    """Fields of the answer: those of a connection as often as the page has items."""


class AsksTooMuch(GraphQLError):
    """The document asks for more than one operation may: it is neither validated nor executed."""

    def __init__(self, bound: Bound, asked: int, most: int, languages: Sequence[str] = ("fr",)) -> None:
        """Name the bound, what was asked, and the most that may be. Answers are said anew by api/masking.py."""
        self.bound, self.asked, self.most = bound, asked, most
        extensions = {
            "code": FaultCode.BAD_USER_INPUT.value,
            "bound": bound.value,
            "asked": min(asked, _TOLD),
            "most": most,
        }
        super().__init__(self.sentence(languages), extensions=extensions)

    def sentence(self, languages: Sequence[str]) -> str:
        """Say what it asks too much of, and what to do, in the language of whoever asks."""
        asked = str(self.asked) if self.asked < _TOLD else f"> {_TOLD}"
        return text(f"bound.{self.bound}", languages, asked=asked, most=str(self.most))


class SchemaHidden(GraphQLError):
    """The document asks for the schema, which this installation does not show."""

    def __init__(self, languages: Sequence[str] = ("fr",)) -> None:
        """Answers are said anew by api/masking.py."""
        super().__init__(self.sentence(languages), extensions={"code": FaultCode.BAD_USER_INPUT.value})

    def sentence(self, languages: Sequence[str]) -> str:
        """Say so, and where the schema is found, in the language of whoever asks."""
        return text("schema.hidden", languages)


_TOLD = 2**31 - 1
"""Numbers beyond are not told: chained fragments make some of hundreds of digits."""


class BadInput(GraphQLError):
    """The request has a form that nothing can be made of."""

    def __init__(
        self, fault: InputFault, *, path: tuple[str, ...], languages: Sequence[str] = ("fr",)
    ) -> None:
        """Name the argument at fault, or all of those at fault together. Answers are said anew by api/masking.py."""
        self.fault = fault
        self.arguments = path
        extensions = {"code": FaultCode.BAD_USER_INPUT.value, "input": list(path)}
        super().__init__(self.sentence(languages), extensions=extensions)

    def sentence(self, languages: Sequence[str]) -> str:
        """Say what is wrong in the language of whoever asks."""
        return text(f"input.{self.fault}", languages, argument=", ".join(self.arguments))
