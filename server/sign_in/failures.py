"""Why a sign-in comes to nothing. What people read is in the catalogues, `sign_in.<value>` and `sign_in.<value>.do`."""

from enum import StrEnum


class Failure(StrEnum):
    """What to tell somebody."""

    UNKNOWN = "unknown"
    """The return belongs to no sign-in that is under way: it was used before, or never began."""
    FOREIGN = "foreign"
    """It began in another browser."""
    LATE = "late"
    DECLINED = "declined"
    """The provider says that they gave up, or may not."""
    AWAY = "away"
    """The provider does not answer."""
    REFUSED = "refused"
    """The provider refuses this service: for its operator to mend."""
    NOT_TRUSTED = "not_trusted"
    """What the provider says cannot be believed."""


class SignInFailed(Exception):
    """A sign-in comes to nothing."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"{failure}: {detail}" if detail else failure.value)
        self.failure = failure
        #: For the log of the operator: never a token, a code, a name.
        self.detail = detail
