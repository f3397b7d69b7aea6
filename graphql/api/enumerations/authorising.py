"""What a personal access token may be used for."""

from __future__ import annotations

from enum import StrEnum

from api.enumerations.publishing import publish
from domain.rights import Reach


class AccessTokenScope(StrEnum):
    """The reaches that a token can have: never the account itself."""

    READ = Reach.READ.value
    CONTRIBUTE = Reach.CONTRIBUTE.value
    CONDUCT = Reach.CONDUCT.value


publish(
    AccessTokenScope,
    "AccessTokenScope",
    "What a personal access token may be used for, at most what its owner may do at that moment.",
    {
        AccessTokenScope.READ: "Read what its owner may read. Every token does.",
        AccessTokenScope.CONTRIBUTE: "Do what its owner does for themself: contribute, answer, report, appeal.",
        AccessTokenScope.CONDUCT: "Do what its owner does by an office or a seat; vote, too.",
    },
)
