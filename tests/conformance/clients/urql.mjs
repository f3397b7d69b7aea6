// urql: graphcache with the schema and relayPagination, its retries, short queries by GET.
import assert from "node:assert/strict";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { retryExchange } from "@urql/exchange-retry";
import { getIntrospectionQuery } from "graphql";
import { createClient } from "graphql-ws";
import { EVENTS } from "./documents.mjs";
import { breakable, losing } from "./sockets.mjs";
import { play, readSite, within } from "./story.mjs";

const site = await readSite();
const sockets = breakable();
const network = losing();
const warnings = [];
const clients = {};

const introspection = await (
  await fetch(site.graphql, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: getIntrospectionQuery({ descriptions: false }) }),
  })
).json();
const kept = introspection.data.__schema.types.filter((type) => type.kind === "OBJECT");
const keys = Object.fromEntries(
  kept.filter((type) => !type.fields.some((field) => field.name === "id")).map((type) => [type.name, () => null]),
); // a part of what holds it: it has no id

function made(role) {
  const authorization = `Bearer ${site.tokens[role]}`;
  const ws = createClient({
    url: site.ws,
    webSocketImpl: sockets.Socket,
    connectionParams: { authorization },
    retryAttempts: 0, // the same request again would bring the same events again: we ask for those after the last
  });
  return new Client({
    url: site.graphql,
    fetch: network.fetch,
    fetchOptions: { headers: { authorization } },
    preferGetMethod: "within-url-limit",
    exchanges: [
      cacheExchange({
        schema: introspection.data,
        keys,
        resolvers: { Concertation: { contributions: relayPagination() } },
        logger: (level, message) => level !== "debug" && warnings.push(message),
      }),
      retryExchange({
        initialDelayMs: 50,
        maxNumberAttempts: 3,
        retryIf: (error, operation) => Boolean(error.networkError) && operation.kind !== "subscription",
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (payload) => ({
          subscribe: (sink) => ({ unsubscribe: ws.subscribe(payload, sink) }),
        }),
      }),
    ],
  });
}

function client(role) {
  return (clients[role] ??= made(role));
}

function follow(role, id, following) {
  const again = async () => {
    await sockets.allowed();
    client(role)
      .subscription(EVENTS, { id, after: following.last })
      .subscribe(({ data, error }) => {
        if (data) following.take(data.concertationEvents);
        if (!error) return;
        following.breaks += 1;
        void again();
      });
  };
  void again();
}

/** The state of a watched query, and a promise of one that a test asks for. */
function watched(role, document, variables, requestPolicy) {
  const waiting = new Set();
  let last;
  client(role)
    .query(document, variables, { requestPolicy })
    .subscribe(({ data, stale, error }) => {
      assert.equal(error, undefined);
      if (!data || stale) return;
      last = data;
      for (const look of waiting) look();
    });
  return {
    now: () => last,
    shows: (test) =>
      within(
        new Promise((resolve) => {
          const look = () => last && test(last) && (waiting.delete(look), resolve(last));
          waiting.add(look);
          look();
        }),
        "change of what was cached",
      ),
  };
}

await play({
  site,
  caches: true,
  follow,
  cut: sockets.cut,
  get lost() {
    return network.lost;
  },
  async ask(role, document, variables, { lost, fresh } = {}) {
    if (lost) network.marked = variables.input.idempotencyKey;
    const requestPolicy = fresh ? "network-only" : "cache-first";
    const { data, error } = document.startsWith("mutation")
      ? await client(role).mutation(document, variables)
      : await client(role).query(document, variables, { requestPolicy });
    assert.equal(error, undefined);
    return data;
  },
  async faults(role, document, variables) {
    // Alone: graphcache would keep the null that a fault leaves above a non-null field for the answer.
    const { error } = await made(role).query(document, variables);
    return error.graphQLErrors.map((fault) => ({ path: fault.path, extensions: fault.extensions }));
  },
  pages(role, document, variables) {
    let after = null;
    return {
      async more() {
        const { data, error } = await client(role).query(document, { ...variables, after });
        assert.equal(error, undefined);
        const { contributions } = data.concertation;
        after = contributions.pageInfo.endCursor;
        return contributions; // all pages so far: relayPagination puts them together
      },
    };
  },
  async watch(role, document, variables) {
    const found = watched(role, document, variables);
    await found.shows(() => true);
    const sent = network.sent;
    return { ...found, asked: () => network.sent - sent };
  },
  async end(step) {
    await step("has nothing to say against the schema or the answers", () => assert.deepEqual(warnings, []));

    await step("has sent short queries by GET", () => assert.ok(network.got > 0));
  },
});
process.exit(0);
