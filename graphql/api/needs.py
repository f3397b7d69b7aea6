"""What a field may need besides seeing its object. The words are for the matrix in docs/rights.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from domain.rights import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """Who sees it: whoever may do one of the actions, or one of those named, or everybody from a moment on."""

    #: For people who read the matrix.
    words: str
    #: Any of these readings of the table of rights.
    actions: tuple[str, ...] = ()
    #: Of whom it is: the author, the member, the witness.
    own: bool = False
    #: The kind of object whose visibility the stage declares: everybody, once that is published.
    kind: str | None = None
    #: How far a personal access token must reach for it.
    reach: Reach = Reach.READ


class Need(Enum):
    """The kinds of need. `OBJECT` is none."""

    OBJECT = Needed(words="whoever sees the object")
    NAME = Needed(
        words="themself; of holders of public offices everybody, once it is launched",
        actions=("read_names",),
        own=True,
    )
    AUTHOR = Needed(words="its author", actions=("read_names",), own=True)
    TYPIST = Needed(words="its author, and who typed it", actions=("read_names",), own=True)
    RECEIPT = Needed(
        words="its author, in person or by a token that contributes", own=True, reach=Reach.CONTRIBUTE
    )
    UNHIDDEN = Needed(
        words="whoever sees the object; where moderation hides it, its author",
        actions=("read_moderation",),
        own=True,
    )
    VERSIONS = Needed(
        words="the live version as the object; old ones their author",
        actions=("read_contributions_before_publication",),
        own=True,
    )
    SCAN = Needed(words="its author", actions=("read_scans", "read_moderation"), own=True, reach=Reach.READ)
    BATCH = Needed(words="", actions=("read_names",))
    MODERATION = Needed(words="", actions=("read_moderation",))
    STATEMENT = Needed(words="the author of what was hidden", actions=("read_moderation",), own=True)
    GROUPING = Needed(words="once it is made everybody; the authors", actions=("read_groupings",), own=True)
    CONSENT = Needed(words="the author who agreed or not", actions=("read_groupings",), own=True)
    OWN_GROUPING = Needed(words="the authors who are asked", own=True)
    FOLLOW_UP = Needed(words="", actions=("read_follow_up",))
    IMPACT = Needed(words="", actions=("read_impact",))
    NOTICES = Needed(words="", actions=("keep_notices",), reach=Reach.CONDUCT)
    WEBHOOKS = Needed(words="", actions=("keep_webhooks",), reach=Reach.CONDUCT)
    ARCHIVE = Needed(
        words="everybody, once the concertation is over",
        actions=("archive_before_the_end",),
        reach=Reach.CONDUCT,
    )
    WORK = Needed(words="", actions=("read_contributions_before_publication",))
    REQUEST = Needed(words="who asked", actions=("read_contributions_before_publication",), own=True)
    LINK = Needed(words="those called", actions=("read_contributions_before_publication",), own=True)
    RECORD_DRAFT = Needed(words="", actions=("read_record_drafts",), reach=Reach.CONDUCT)
    RECORD = Needed(
        words="those heard", actions=("read_contributions_before_publication",), own=True, kind="records"
    )
    POSITIONS = Needed(
        words="whose it is", actions=("read_contributions_before_publication",), own=True, kind="positions"
    )
    SUMMARY = Needed(words="", actions=("read_contributions_before_publication",), kind="positions")
    OPINION = Needed(words="", actions=("read_contributions_before_publication",), kind="opinion")
    MINUTES = Needed(words="", actions=("read_contributions_before_publication",), kind="minutes")
    CHAPTERS = Needed(words="", actions=("read_contributions_before_publication",), kind="chapters")
    ITEMS = Needed(words="", actions=("read_contributions_before_publication",), kind="recommendations")
    SYNTHESIS = Needed(words="", actions=("read_contributions_before_publication",), kind="synthesis")
    FIGURES = Needed(words="", actions=("read_contributions_before_publication",), kind="figures")
    CONTRIBUTIONS = Needed(
        words="its author", actions=("read_contributions_before_publication",), own=True, kind="contributions"
    )
    RESPONSES = Needed(
        words="the addressee",
        actions=(
            "read_contributions_before_publication", "read_embargoed_decision", "read_responses_of_office",
        ),
        kind="responses",
    )  # fmt: skip
    DECISION = Needed(
        words="its early readers", actions=("read_embargoed_decision",), own=True, kind="decision"
    )
    PROPOSAL = Needed(
        words="who signs it",
        actions=("read_contributions_before_publication", "read_embargoed_decision"),
        own=True,
    )
    VOTES = Needed(
        words="the electorate; in a secret ballot nobody, ever",
        actions=("read_contributions_before_publication",),
        own=True,
        kind="votes",
    )
    TURNOUT = Needed(words="everybody; in a secret ballot, before its end, who speaks for the seat", own=True)
    SAID = Needed(words="whoever sees what the event says; that it happened is public", own=True)
    FILE = Needed(words="who sent it, and whoever sees what it belongs to", own=True)
    CODE = Needed(words="whoever has the code")
    VIEWER = Needed(words="the viewer, about themself", own=True)
    OWN_NOTICES = Needed(
        words="the viewer, in person or by a token that contributes", own=True, reach=Reach.CONTRIBUTE
    )
    ACCOUNT = Needed(words="the viewer, in person", own=True, reach=Reach.ACCOUNT)
    DOER = Needed(words="who did what it answers")
