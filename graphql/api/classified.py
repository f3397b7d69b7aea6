"""What each field of the schema needs besides seeing its object: every one is here, or the build fails.

A field of an interface is classified there, for all types that implement it. The resolvers check; this says what their
checks must amount to, and the tests under tests/rights put every field to everybody.
"""

from __future__ import annotations

from api.needs import Need

NEEDS: dict[Need, tuple[str, ...]] = {
    Need.NAME: ("Member.name",),
    Need.AUTHOR: (
        "Contribution.author",
        "Contribution.place",
        "Contribution.reference",
        "Contribution.batch",
        "Interest.statement",
    ),
    Need.TYPIST: (
        "Contribution.typedBy",
        "ContributionVersion.typedBy",
    ),
    Need.RECEIPT: (
        "Contribution.receiptCode",
        "ContributionVersion.receiptCode",
        "AlreadyContributed.receiptCode",
    ),
    Need.UNHIDDEN: (
        "Contribution.body",
        "Contribution.answers",
        "Contribution.files",
    ),
    Need.VERSIONS: ("Contribution.versions",),
    Need.SCAN: ("Contribution.scan",),
    Need.BATCH: (
        "Hearing.batches",
        "Query.batches",
    ),
    Need.MODERATION: (
        "Concertation.moderationQueue",
        "Measure.contribution",
        "Measure.acts",
    ),
    Need.STATEMENT: ("Measure.statement",),
    Need.GROUPING: (
        "Concertation.groupings",
        "Contribution.groupings",
        "Grouping.parts",
    ),
    Need.CONSENT: (
        "GroupingPart.consents",
        "GroupingPart.answeredAt",
    ),
    Need.OWN_GROUPING: ("Concertation.groupingsAwaitingConsent",),
    Need.FOLLOW_UP: ("Concertation.followUp",),
    Need.IMPACT: ("Concertation.procedureImpact",),
    Need.NOTICES: (
        "Concertation.notices",
        "Concertation.noticeCounts",
        "Concertation.letterBatches",
    ),
    Need.WEBHOOKS: ("Concertation.webhooks",),
    Need.ARCHIVE: ("Concertation.closingArchive",),
    Need.WORK: (
        "Synthesis.comments",
        "Synthesis.treatmentSuggestions",
    ),
    Need.REQUEST: ("HearingRequest.text",),
    Need.LINK: ("Hearing.link",),
    Need.RECORD_DRAFT: ("Hearing.draft",),
    Need.RECORD: (
        "Hearing.record",
        "RecordCorrection.text",
    ),
    Need.POSITIONS: (
        "Opinion.positions",
        "Opinion.evaluations",
    ),
    Need.SUMMARY: ("Opinion.evaluationSummary",),
    Need.OPINION: (
        "Opinion.text",
        "Opinion.conclusion",
        "Opinion.reservations",
        "Opinion.dissents",
        "Opinion.articles",
        "ReservationAnswer.reservation",
        "Source.reservation",
    ),
    Need.MINUTES: ("Meeting.minutes",),
    Need.CHAPTERS: ("Synthesis.chapters",),
    Need.ITEMS: (
        "Synthesis.recommendations",
        "Synthesis.ascertainments",
        "Concertation.recommendations",
        "Contribution.recommendations",
        "Contribution.whereabouts",
        "Commitment.recommendation",
        "SynthesisEvent.item",
        "SynthesisEvent.recommendation",
        "SynthesisItem.text",
        "SynthesisItem.versions",
        "SynthesisItem.replaces",
        "SynthesisItem.becomes",
    ),
    Need.SYNTHESIS: (
        "Synthesis.text",
        "Synthesis.reservationAnswers",
    ),
    Need.FIGURES: ("Concertation.figures",),
    Need.CONTRIBUTIONS: (
        "Concertation.contributions",
        "Query.similarContributions",
        "Source.contribution",
        "TreatmentGap.contribution",
        "Grouping.kept",
        "GroupingPart.contribution",
    ),
    Need.RESPONSES: ("Recommendation.responses",),
    Need.DECISION: (
        "Concertation.decision",
        "Concertation.decisions",
    ),
    Need.PROPOSAL: (
        "Proposal.content",
        "Proposal.text",
    ),
    Need.VOTES: (
        "Ballot.votes",
        "Ballot.outcomeWithout",
        "Vote.position",
    ),
    Need.TURNOUT: (
        "Seat.voted",
        "Ballot.awaited",
        "Awaited.seats",
        "Awaited.members",
    ),
    Need.SAID: (
        "LedgerEvent.content",
        "Event.summary",
        "LedgerEvent.actor",
        "LedgerEvent.onBehalfOf",
        "LedgerEvent.byDelegation",
    ),
    Need.FILE: ("Query.file",),
    Need.CODE: ("Query.receipt",),
    Need.VIEWER: (
        "Viewer.authenticated",
        "Viewer.pseudonym",
        "Viewer.platformRoles",
        "Viewer.name",
        "Viewer.draft",
        "Viewer.contributions",
        "Viewer.contact",
    ),
    Need.OWN_NOTICES: ("Viewer.notices",),
    Need.ACCOUNT: (
        "Viewer.agenda",
        "Viewer.accessTokens",
        "Viewer.account",
        "Viewer.sessions",
    ),
}
"""Fields that need something besides: by what they need."""

OBJECT: dict[str, str] = {
    "AccessToken": "id name scopes createdAt expiresAt lastUsedAt",
    "Account": "provider siret signedInAt",
    "Agenda": "url until hearings",
    "Amendment": "key at text adopted reason member",
    "AnswerProblem": "questionId code message path",
    "AnswersValidation": "valid problems answers",
    "Appeal": "madeAt decidedAt outcome",
    "Article": "key titles text version adopted title rapporteur ballot drawn amendments",
    "Attendance": "seat attendance holder",
    "Author": "pseudonym automatic member",
    "Awaited": "what round stageKey roles about since days until stage ballot",
    "AwaitedResponse": "addressee since days until lateSince",
    "Ballot": (
        "key purpose round subject opensAt closesAt closedAt state outcome convening escalated about "
        "lapseReason stage rule seats awaitedSince meeting count proposal"
    ),
    "BallotEvent": "ballot",
    "BallotImpact": "ballot fate",
    "Batch": "id channel territory announced entered reference openedAt round stage hearing openedBy",
    "BrowserSession": "id provider signedInAt lastUsedAt endsAt current",
    "CalendarEntry": "planned actual stage localOpensAt localClosesAt",
    "CalendarPreview": "stages findings",
    "Chapter": "text version at lane member versions",
    "ClosingArchive": "provisional url expiresAt sha256 size at seq",
    "College": "key",
    "Commitment": "key dueAt text indicator lateSince owner progress status",
    "CommitmentEvent": "commitment",
    "Concertation": (
        "organisations hearings hearingRequests hearingGrid hearingConflicts interests withdrawals "
        "proposedWithdrawals meetings opinions moderationLog moderationFigures contributionExport "
        "embargoUntil commitments observations guarantorReports slug titles phase outcome round seq "
        "territories launchedAt endedAt suspendedAt implementationReport title readAt procedure parent "
        "colleges lanes themes stages stage openStages rounds calendar informationFile members offices "
        "delegations ballots syntheses ledger awaited nextDeadline"
    ),
    "ConcertationConnection": "edges pageInfo totalCount nodes",
    "ConcertationEdge": "cursor node",
    "ConcertationEvent": "member",
    "Contact": "email unconfirmedEmail postalAddress language setAt bouncedAt preferences",
    "Contribution": (
        "key round channel territory organisation submittedAt postedAt receivedAt digest hiddenAt redactedAt "
        "stage college themes moderation version supersededAt supersedeReason withdrawnAt questionnaireDigest "
        "enteredByClerk carriedOver voices"
    ),
    "ContributionConnection": "edges pageInfo isRankedWhole nodes totalCount totalIsExact facets",
    "ContributionDraft": "body college savedAt carriedFromRound answers themes",
    "ContributionEdge": "cursor node",
    "ContributionExport": "url expiresAt schemaUrl",
    "ContributionVersion": (
        "version channel body submittedAt supersededAt supersedeReason withdrawnAt digest answers "
        "enteredByClerk"
    ),
    "Count": "entitled present quorum favourable unfavourable abstain",
    "Decision": "text reasons at embargoUntil publishedAt round version reason stage earlyReaders",
    "Delegation": "seat since until revokedAt running office giver to",
    "DispatchedNotice": "id kind channel state attempts at nextAt sentAt fault subject member organisation",
    "Dissent": "text member",
    "Document": "version attachedAt questionnaire stage text asks files",
    "Evaluation": "at reasons marks member",
    "EvaluationSummary": "criterion label count median lowerQuartile upperQuartile spread",
    "Event": "seq at kind",
    "FacetValue": "key count",
    "Facets": "byCollege byChannel byTheme byDepartement",
    "Figures": "round total byCollege byChannel stage",
    "FiguresUpdated": "figures",
    "File": "key name size mediaType digest sentAt downloadUrl",
    "Finding": "code path severity source message",
    "FollowUp": "stage counts invitations reminderDays",
    "FoundConflict": "what hearing",
    "GateOfStage": "gate subject rule passed returned ballot ballots",
    "Grouping": (
        "state round askedAt mergedAt undoneAt undoneBecause voices stage carriedFrom askedBy mergedBy "
        "undoneBy"
    ),
    "GroupingConnection": "edges pageInfo totalCount nodes",
    "GroupingEdge": "cursor node",
    "GroupingPart": "merged counts",
    "GuarantorReport": "version at text answer answeredAt author answeredBy",
    "Hearing": (
        "key round state startsAt endsAt place approval room territory capacity version calls corrections "
        "localStartsAt stage witnesses heard ballot"
    ),
    "HearingCall": "calledAt comes urgent heard member replacedBy request",
    "HearingEvent": "hearing request",
    "HearingRequest": "key round state requestedAt lane themes organisation stage member",
    "HearingSlot": "startsAt endsAt room free",
    "InclusionProof": "root size index path sealedAt supplementary",
    "Interest": "at organisations member themes registered",
    "InvitationCount": "state count college departement",
    "InvitationStatus": (
        "organisation id state invitedAt openedAt acceptedAt declinedAt declineReason remindedAt member "
        "college departement"
    ),
    "InvitationStatusConnection": "edges pageInfo totalCount nodes",
    "InvitationStatusEdge": "cursor node",
    "Labelled": "labels label",
    "Lane": "key",
    "LedgerEvent": "round stageKey hash previousHash",
    "LedgerEventConnection": "edges pageInfo totalCount nodes",
    "LedgerEventEdge": "cursor node",
    "LetterBatch": "id count madeAt url",
    "LocalTime": "territory town zone at text",
    "Mark": "criterion label mark",
    "Measure": "reason ground state round hiddenAt reports restoredAt redactedAt urgent appealUntil appeal stage",
    "MeasureConnection": "edges pageInfo totalCount nodes",
    "MeasureEdge": "cursor node",
    "Meeting": (
        "key round state convenedAt startsAt endsAt agenda place version localStartsAt stage secondOf "
        "attendance count ballots"
    ),
    "MeetingEvent": "meeting",
    "MeetingRule": "notice quorum secondNotice",
    "Member": "pseudonym organisation territory elected leftAt enrolled college represents terms",
    "MemberConnection": "edges pageInfo totalCount nodes",
    "MemberEdge": "cursor node",
    "MemberPosition": "position statement at member",
    "ModerationAct": "kind text urgency outcome at actor onBehalfOf",
    "ModerationTally": "reason total hidden restored redacted appealed granted",
    "Node": "id",
    "Notice": "id kind theme state at sentAt subject body concertationId",
    "NoticeCount": "channel state count",
    "NoticePreference": "theme wanted frequency fixed",
    "Observation": "at text author",
    "Office": "key role seats required territory appointment college lane terms holders",
    "Opinion": "round version adoptedAt tacit stage ballot",
    "Organisation": "key name kind reference siren siret registeredAt updatedAt college place representatives",
    "OrganisationConnection": "edges pageInfo totalCount nodes",
    "OrganisationEdge": "cursor node",
    "OutcomeWithout": "count passes same",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "Place": "code name kind form departement region within",
    "PlannedDates": "key kind lane gateOpensAt opensAt closesAt concludesAt localOpensAt localClosesAt",
    "Presence": "entitled present quorum quorate",
    "DatesImpact": "stageKey opensAtBefore closesAtBefore opensAt closesAt countedFromMigration stage",
    "InvitationsImpact": "stageKey count accepted declined summary",
    "ProcedureImpact": "digest permitted findings changes dates invitations ballots missing procedure signatories",
    "ProcedureChange": "path part stageKey before after effect code source summary explanation",
    "Procedure": "key version digest sandbox legalProfile publishedAt summaries setAsideReasons definition",
    "ProcedureCheck": "valid findings",
    "ProcedureConnection": "edges pageInfo totalCount nodes",
    "ProcedureEdge": "cursor node",
    "Progress": "at status report",
    "Proposal": "kind round stage author onBehalfOf",
    "ProposedWithdrawal": "at round stage declinedAt reason member organisation followed",
    "Query": (
        "place places geographyVintage questionnaire checkQuestionnaire validateAnswers viewer node "
        "concertation concertations procedures procedure checkProcedure previewCalendar serverTime"
    ),
    "Question": (
        "key number kind required themes axes helps help condition conditionText minimumLength maximumLength "
        "minimum maximum wholeNumbers units unit levels choices other longestOther minimumChoices "
        "maximumChoices earliest latest maximumFiles justification"
    ),
    "QuestionChoice": "key",
    "Questionnaire": (
        "digest axis code key version isGrid questionCount pdfPath introductions introduction sections "
        "jsonSchema definition"
    ),
    "QuestionnaireCheck": "valid findings",
    "QuestionnaireSection": "key questions helps help condition conditionText",
    "Quorum": "key asked missed reached",
    "Receipt": (
        "code digest reference submittedAt channel round version contribution concertation stage withdrawnAt "
        "replacedBy sealed proofs document"
    ),
    "Recommendation": "addressees inFavour against awaited commitments",
    "RecordCorrection": "member",
    "Report": "reason text at",
    "ReportedContribution": "contribution contributionId count reports",
    "ReportedContributionConnection": "edges pageInfo totalCount nodes",
    "ReportedContributionEdge": "cursor node",
    "Reservation": "key text member",
    "ReservationAnswer": "answer reasons at member",
    "Response": "answer reasons until at version lateSince addressee",
    "ReviewEvent": "stage member",
    "Round": "number current stages",
    "Rule": "by quorum majority threshold within castingVote secret revisable proxies earlyEnd ifSilent ifRefused",
    "ScaleLevel": "value",
    "Seal": "at root count supplementary byCollege byChannel entitled",
    "Seat": "key withdrawn recused holder representedBy",
    "SetAsideReason": "key",
    "SimilarContribution": "contribution likeness confirmedAt",
    "Source": "key hearing",
    "SourceConnection": "edges pageInfo totalCount nodes",
    "SourceEdge": "cursor node",
    "SourceSuggestion": "contribution like likeness items byMachine",
    "Stage": (
        "meetings evaluationGrid meetingRule opinion key kind round state plannedOpensAt plannedClosesAt "
        "opensAt closesAt entryClosesAt closedAt concludedAt suspendedAt suspendedFor overdueSince "
        "rectifyingUntil automaticExtensions reopenings isOpen lane after plannedDuration minimumDuration "
        "maximumDuration answersDueAt admission channels localOpensAt localClosesAt gates quorum seals "
        "ballots informationFile questionnaire hearings synthesis"
    ),
    "StageEvent": "stage",
    "Subscription": "concertationEvents",
    "Synthesis": "round assembledAt stage treatment treatmentGaps",
    "SynthesisComment": "about text at member",
    "SynthesisItem": "key round version lane stage themes sources sourceConnection",
    "Tally": "key count",
    "Term": "seat since until cause running member office",
    "Text": "digest content contents",
    "TextDifference": "operation text",
    "TextVersion": "version text at member difference",
    "Theme": "key",
    "Treatment": "byKind conclusive",
    "TreatmentGap": "key",
    "TreatmentGapConnection": "edges pageInfo totalCount nodes",
    "TreatmentGapEdge": "cursor node",
    "TreatmentOfKind": "kind all cited setAside rate threshold",
    "Vote": "seat at byProxy member onBehalfOf",
    "Webhook": "id url kinds madeAt failingSince disabledAt",
    "Whereabouts": "synthesis item reason through reasonLabel",
    "Window": "opensAt closesAt",
    "Withdrawal": "at recused reason stage member",
}
"""By type: the fields that whoever sees the object sees, too."""

DOER: dict[str, str] = {
    "Accepted": "concertation events",
    "AccessTokenAccepted": "token accessTokens",
    "SessionsAccepted": "sessions",
    "AlreadyContributed": "channel submittedAt reference formReference ofOrganisation contributionId",
    "AnswersInvalid": "problems draft",
    "AppealAccepted": "measure",
    "BallotAccepted": "ballot",
    "BatchAccepted": "batch",
    "CommitmentAccepted": "commitment",
    "ContactAccepted": "contact",
    "ContributionAccepted": "receipt concertation",
    "ConvocationTooLate": "latest",
    "DecisionAccepted": "decision",
    "DelegationAccepted": "delegation",
    "DiscardAccepted": "discarded",
    "DocumentAccepted": "document",
    "DraftAccepted": "draft",
    "GroupingAccepted": "grouping",
    "HearingAccepted": "hearing",
    "HearingConflict": "what hearing",
    "InvitationAccepted": "organisation accepted declined stage member concertation",
    "InvitationsAccepted": "invitations concertation",
    "IssuedInvitation": "id code",
    "ItemAccepted": "item",
    "LaunchNotReady": "findings",
    "LettersAccepted": "batch",
    "MeetingAccepted": "meeting",
    "MeetingMissing": "stage",
    "MemberAccepted": "member",
    "ModerationAccepted": "measure contribution",
    "OfficeAccepted": "office",
    "OpinionAccepted": "opinion reservation",
    "OrganisationAccepted": "organisation concertation",
    "ProcedureAccepted": "procedure",
    "ImpactChanged": "digest impact",
    "MigrationRefused": "findings",
    "ProcedureInvalid": "findings",
    "QuestionnaireInvalid": "findings",
    "RecommendationAccepted": "recommendation",
    "Refusal": "code message path",
    "RemindersAccepted": "written followUp",
    "ReportAccepted": "reportedAt",
    "RequestAccepted": "request",
    "ResemblanceAccepted": "same",
    "RetryAccepted": "failed",
    "RoundChanged": "round stage",
    "SignInAccepted": "token closesAt invitation",
    "SignOffPending": "ballot",
    "StageAccepted": "stage",
    "StageChanged": "actual stage",
    "StageNotOpen": "state opensAt closesAt serverTime stage",
    "SubjectChanged": "subject ballotId ballot",
    "SynthesisAccepted": "synthesis",
    "TreatmentAccepted": "synthesis treatment",
    "TreatmentTooLow": "findings byKind",
    "UploadTicket": "url expiresAt fileId fileKey",
    "WebhookAccepted": "secret webhooks",
    "WithdrawalAccepted": "withdrawnAt",
}
"""By type that a mutation answers: the fields, for who asked it. What they lead to is classified at its own type."""


def classified() -> dict[str, Need]:
    """Give what each field needs, by `Type.field`; of an interface for all types that implement it."""
    found = {field: need for need, fields in NEEDS.items() for field in fields}
    for need, types in ((Need.OBJECT, OBJECT), (Need.DOER, DOER)):
        found |= {f"{name}.{field}": need for name, fields in types.items() for field in fields.split()}
    return found
