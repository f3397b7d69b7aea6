// Apollo Client: its normalised cache with the possible types of the schema, relayStylePagination, RetryLink.
import assert from "node:assert/strict";
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { RetryLink } from "@apollo/client/link/retry";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { ApolloLink } from "@apollo/client/link";
import { createClient } from "graphql-ws";
import { filter, firstValueFrom } from "rxjs";
import { EVENTS, POSSIBLE_TYPES } from "./documents.mjs";
import { breakable, losing } from "./sockets.mjs";
import { play, readSite, within } from "./story.mjs";

const site = await readSite();
const sockets = breakable();
const network = losing();
const clients = {};

const { data } = await (
  await fetch(site.graphql, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: POSSIBLE_TYPES }),
  })
).json();
const possibleTypes = Object.fromEntries(
  data.__schema.types
    .filter((type) => type.possibleTypes)
    .map((type) => [type.name, type.possibleTypes.map((possible) => possible.name)]),
);

function client(role) {
  const authorization = `Bearer ${site.tokens[role]}`;
  const retry = new RetryLink({ delay: { initial: 50 }, attempts: { max: 3 } });
  const http = new HttpLink({ uri: site.graphql, fetch: network.fetch, headers: { authorization } });
  const ws = createClient({
    url: site.ws,
    webSocketImpl: sockets.Socket,
    connectionParams: { authorization },
    retryAttempts: 0, // the same request again would bring the same events again: we ask for those after the last
  });
  return (clients[role] ??= new ApolloClient({
    link: ApolloLink.split(({ operationType }) => operationType === "subscription", new GraphQLWsLink(ws), ApolloLink.from([retry, http])),
    cache: new InMemoryCache({
      possibleTypes,
      typePolicies: {
        Concertation: { fields: { contributions: relayStylePagination(["stage", "round", "filter", "orderBy"]) } },
      },
    }),
  }));
}

function follow(role, id, following) {
  const again = async () => {
    await sockets.allowed();
    const variables = { id, after: following.last };
    client(role).subscribe({ query: gql(EVENTS), variables, fetchPolicy: "no-cache" }).subscribe({
      next({ data: found, error }) {
        if (found) following.take(found.concertationEvents);
        if (error) broken(error);
      },
      error: broken,
    });
  };
  const broken = () => {
    following.breaks += 1;
    void again();
  };
  void again();
}

/** The first state of a watched query that has data, and those that a test asks for. */
function shown(query, test = () => true) {
  return firstValueFrom(query.pipe(filter(({ data: found, loading }) => !loading && found && test(found))));
}

function pages(role, document, variables) {
  const query = client(role).watchQuery({ query: gql(document), variables });
  query.subscribe();
  let known = 0;
  return {
    async more() {
      const before = query.getCurrentResult().data?.concertation.contributions;
      if (before) await query.fetchMore({ variables: { after: before.pageInfo.endCursor } });
      const longer = ({ concertation }) => concertation.contributions.edges.length > known;
      const { data: found } = await within(shown(query, longer), "page");
      known = found.concertation.contributions.edges.length;
      return found.concertation.contributions;
    },
  };
}

async function watch(role, document, variables) {
  const query = client(role).watchQuery({ query: gql(document), variables });
  await shown(query);
  const sent = network.sent;
  return {
    now: () => query.getCurrentResult().data,
    asked: () => network.sent - sent,
    shows: (test) => within(shown(query, test), "change of what was cached"),
  };
}

await play({
  site,
  caches: true,
  follow,
  pages,
  watch,
  cut: sockets.cut,
  get lost() {
    return network.lost;
  },
  async ask(role, document, variables, { lost, fresh } = {}) {
    if (lost) network.marked = variables.input.idempotencyKey;
    const parsed = gql(document);
    const given = { variables, fetchPolicy: fresh ? "network-only" : undefined };
    const answer = document.startsWith("mutation")
      ? await client(role).mutate({ mutation: parsed, variables })
      : await client(role).query({ query: parsed, ...given });
    return answer.data;
  },
  async faults(role, document, variables) {
    try {
      await client(role).query({ query: gql(document), variables, fetchPolicy: "network-only" });
    } catch (fault) {
      assert.ok(CombinedGraphQLErrors.is(fault), String(fault));
      return fault.errors;
    }
    throw new Error("no fault");
  },
  async end(step) {
    await step("keeps each object once, under its id, and reads interfaces from it", () => {
      const { cache } = client("coordinator");
      const ids = Object.keys(cache.extract()).filter((id) => id.startsWith("Contribution:"));
      assert.equal(new Set(ids).size, 5, ids.join());
      for (const id of ids) {
        const found = cache.readFragment({ id, fragment: gql("fragment Any on Node { id }") });
        assert.equal(id, `Contribution:${found.id}`);
      }
    });
  },
});
process.exit(0);
