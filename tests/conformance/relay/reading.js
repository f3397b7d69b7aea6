// What a client of Relay asks: a refetchable fragment by `node`, and connections to page through.
graphql`
  query readingListQuery($first: Int!, $after: String) {
    ...reading_list @arguments(first: $first, after: $after)
  }
`;

graphql`
  fragment reading_list on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "readingListMoreQuery") {
    concertations(first: $first, after: $after) @connection(key: "reading_concertations") {
      edges {
        cursor
        node {
          id
          ...reading_one
        }
      }
    }
  }
`;

graphql`
  fragment reading_one on Concertation
  @argumentDefinitions(events: { type: "Int", defaultValue: 10 }, after: { type: "String" })
  @refetchable(queryName: "readingLedgerMoreQuery") {
    title
    phase
    ledger(first: $events, after: $after) @connection(key: "reading_ledger") {
      edges {
        node {
          seq
          at
          summary
        }
      }
    }
  }
`;

graphql`
  query readingOneQuery($id: ID!) {
    node(id: $id) {
      __typename
      id
      ...reading_one @alias(as: "concertation")
    }
  }
`;

graphql`
  mutation readingSubmitMutation($input: SubmitContributionInput!) {
    submitContribution(input: $input) {
      __typename
      ... on ContributionAccepted {
        receipt {
          code
        }
      }
      ... on Refusal {
        code
        message
      }
    }
  }
`;

graphql`
  subscription readingEventsSubscription($id: ID!, $after: Int) {
    concertationEvents(concertationId: $id, after: $after) {
      __typename
      seq
      summary
    }
  }
`;
