// What the clients send: each mutation with its typed success, and one case for every refusal that there is or will be.
const done = "__typename ... on Refusal { code message path }";

export const DRAFT = `mutation Draft($input: DraftConcertationInput!) {
  draftConcertation(input: $input) { ${done} ... on Accepted { concertation { id slug phase } } }
}`;

export const ENROL = `mutation Enrol($input: EnrolMemberInput!) {
  enrolMember(input: $input) { ${done} ... on MemberAccepted { member { id name } } }
}`;

export const APPOINT = `mutation Appoint($input: AppointMemberInput!) {
  appointMember(input: $input) { ${done} ... on OfficeAccepted { office { id key } } }
}`;

export const LAUNCH = `mutation Launch($input: LaunchInput!) {
  launch(input: $input) {
    ${done}
    ... on Accepted { concertation { id phase } }
    ... on LaunchNotReady { findings { code message } }
  }
}`;

export const CONTRIBUTE = `mutation Contribute($input: SubmitContributionInput!) {
  submitContribution(input: $input) {
    ${done}
    ... on ContributionAccepted { receipt { code contribution { id body } } }
    ... on AlreadyContributed { receiptCode }
  }
}`;

export const CLOSE = `mutation Close($input: CloseStageEarlyInput!) {
  closeStageEarly(input: $input) { ${done} ... on Accepted { concertation { id } } }
}`;

export const VOTE = `mutation Vote($input: CastVoteInput!) {
  castVote(input: $input) {
    ${done}
    ... on BallotAccepted { ballot { id state outcome } }
    ... on SubjectChanged { subject }
  }
}`;

export const DECIDE = `mutation Decide($input: IssueDecisionInput!) {
  issueDecision(input: $input) {
    ${done} ... on DecisionAccepted { decision { version text { content } } }
  }
}`;

export const NOW = "query Now { serverTime }";

export const STAGES = `query Stages($id: ID!) {
  concertation(id: $id) { id phase stages { id key round state closesAt } }
}`;

export const PAGE = `query Page($id: ID!, $stage: String!, $first: Int, $after: String) {
  concertation(id: $id) {
    id
    contributions(stage: $stage, first: $first, after: $after) {
      edges { cursor node { id body } }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
  }
}`;

export const BALLOTS = `query Ballots($id: ID!) {
  concertation(id: $id) { id ballots { id state outcome subject } }
}`;

export const LEDGER = `query Ledger($id: ID!, $after: String) {
  concertation(id: $id) {
    id
    ledger(first: 10, after: $after) { nodes { id seq } pageInfo { hasNextPage endCursor } }
  }
}`;

export const NODES = `query Nodes($contribution: ID!, $ballot: ID!) {
  one: node(id: $contribution) { __typename id ... on Contribution { body } }
  two: node(id: $ballot) { __typename id ... on Ballot { state outcome } }
}`;

export const EVENTS = `subscription Events($id: ID!, $after: Int) {
  concertationEvents(concertationId: $id, after: $after, figures: false) {
    __typename
    seq
    kind
    ... on StageEvent { stage { id key state } }
    ... on BallotEvent { ballot { id state } }
  }
}`;

export const POSSIBLE_TYPES = "{ __schema { types { kind name fields { name } possibleTypes { name } } } }";
