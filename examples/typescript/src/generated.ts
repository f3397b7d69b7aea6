/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type StageKind =
  | 'CALL_FOR_INPUT'
  | 'HEARINGS'
  | 'SCIENTIFIC_REVIEW'
  | 'SYNTHESIS'
  | 'DECISION'
  | 'FOLLOW_UP';

export type SubmitContributionInput = {
  idempotencyKey: string;
  concertationId: string | number;
  body?: string | null | undefined;
  answers?: unknown;
  themes?: Array<string>;
  stage: string;
  round: number;
  college?: string | null | undefined;
};

export type ContributeMutationVariables = Exact<{
  input: SubmitContributionInput;
}>;


export type ContributeMutation = { submitContribution:
    | { __typename: 'ContributionAccepted', receipt: { code: string, digest: string, submittedAt: string } }
    | { __typename: 'AlreadyContributed', code: string, message: string }
    | { __typename: 'AnswersInvalid', code: string, message: string }
    | { __typename: 'StageNotOpen', code: string, message: string }
    | { __typename: 'RoundChanged', code: string, message: string }
    | { __typename: 'NotAllowed', code: string, message: string }
    | { __typename: 'IdempotencyKeyReused', code: string, message: string }
    | { __typename: 'Refused', code: string, message: string }
   };

export type FollowSubscriptionVariables = Exact<{
  id: string | number;
  after?: number | null | undefined;
}>;


export type FollowSubscription = { concertationEvents:
    | { __typename: 'BallotEvent', seq: number, at: string, kind: string, summary: string }
    | { __typename: 'CommitmentEvent', seq: number, at: string, kind: string, summary: string }
    | { __typename: 'ConcertationEvent', seq: number, at: string, kind: string, summary: string }
    | { __typename: 'FiguresUpdated', seq: number, at: string, kind: string, summary: string }
    | { __typename: 'HearingEvent', seq: number, at: string, kind: string, summary: string }
    | { __typename: 'MeetingEvent', seq: number, at: string, kind: string, summary: string }
    | { __typename: 'ReviewEvent', seq: number, at: string, kind: string, summary: string }
    | { __typename: 'StageEvent', seq: number, at: string, kind: string, summary: string }
    | { __typename: 'SynthesisEvent', seq: number, at: string, kind: string, summary: string }
   };

export type OpenCallsQueryVariables = Exact<{
  slug: string;
}>;


export type OpenCallsQuery = { concertation: { id: string, title: string, openStages: Array<{ key: string, label: string, kind: StageKind, round: number, closesAt: string | null }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const ContributeDocument = new TypedDocumentString(`
    mutation Contribute($input: SubmitContributionInput!) {
  submitContribution(input: $input) {
    __typename
    ... on ContributionAccepted {
      receipt {
        code
        digest
        submittedAt
      }
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ContributeMutation, ContributeMutationVariables>;
export const FollowDocument = new TypedDocumentString(`
    subscription Follow($id: ID!, $after: Int) {
  concertationEvents(concertationId: $id, after: $after, figures: false) {
    __typename
    seq
    at
    kind
    summary
  }
}
    `) as unknown as TypedDocumentString<FollowSubscription, FollowSubscriptionVariables>;
export const OpenCallsDocument = new TypedDocumentString(`
    query OpenCalls($slug: String!) {
  concertation(slug: $slug) {
    id
    title
    openStages {
      key
      label
      kind
      round
      closesAt
    }
  }
}
    `) as unknown as TypedDocumentString<OpenCallsQuery, OpenCallsQueryVariables>;