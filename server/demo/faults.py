"""What ends a demonstration before its end.

DemoFailed
├── Unanswered      nobody answered within the time allowed, however often asked with the same key
├── RequestFaulty   the API calls the request itself faulty: asking again would not help
├── Unforeseen      a refusal, or a course of events, that the story does not provide for
├── LedgerBroken    the ledger, or what the subscription gave of it, does not hold together
├── ReceiptNotProven  a receipt does not lead to the root that was published, or a false one does
└── ArchiveNotVerified  the closing archive does not hold, or a changed one does
"""

from server.errors import CommandFailed


class DemoFailed(CommandFailed):
    """The demonstration cannot go on; the message says why."""


class Unanswered(DemoFailed):
    """Nobody answered within the time allowed, however often asked with the same key."""


class RequestFaulty(DemoFailed):
    """The API calls the request itself faulty."""


class Unforeseen(DemoFailed):
    """A refusal, or a course of events, that the story does not provide for."""


class LedgerBroken(DemoFailed):
    """The ledger, or what the subscription gave of it, does not hold together."""


class ReceiptNotProven(DemoFailed):
    """A receipt does not lead to the root that was published, or a false one does."""


class ArchiveNotVerified(DemoFailed):
    """The closing archive does not hold, or one that was changed does."""
