// graphql-ws alone: everything over one socket, with its own retries, pings and lazy closing.
import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import { EVENTS, NOW } from "./documents.mjs";
import { breakable } from "./sockets.mjs";
import { play, readSite, within } from "./story.mjs";

const LAZY = 300; // milliseconds
const site = await readSite();
const sockets = breakable();
const clients = {};
let lost = 0;

function made(role, more) {
  return createClient({
    url: site.ws,
    webSocketImpl: sockets.Socket,
    connectionParams: { authorization: `Bearer ${site.tokens[role]}` },
    retryAttempts: 10,
    retryWait: async () => {},
    ...more,
  });
}

function client(role) {
  return (clients[role] ??= made(role, { lazyCloseTimeout: LAZY }));
}

function once(role, query, variables) {
  return within(
    new Promise((resolve, error) => {
      let found;
      client(role).subscribe(
        { query, variables },
        { next: (result) => (found = result), error, complete: () => resolve(found) },
      );
    }),
    "answer",
  );
}

/** Cut the sockets as soon as an operation is sent: whether it was done, nobody knows. */
function cutOnce() {
  const { send } = sockets.Socket.prototype;
  sockets.Socket.prototype.send = function (message, ...more) {
    send.call(this, message, ...more);
    if (!JSON.parse(message).payload?.query) return;
    sockets.Socket.prototype.send = send;
    lost += 1;
    this._socket.end(() => this.terminate());
  };
}

/** Follow in one subscription: the library sends it again after a break, and reads the variables anew. */
function follow(role, id, following) {
  let connections = 0;
  const variables = {
    id,
    get after() {
      following.breaks = connections++;
      return following.last;
    },
  };
  made(role, { retryWait: sockets.allowed }).subscribe(
    { query: EVENTS, variables },
    { next: ({ data }) => following.take(data.concertationEvents), error: console.error, complete() {} },
  );
}

await play({
  site,
  follow,
  cut: sockets.cut,
  get lost() {
    return lost;
  },
  async ask(role, document, variables, { lost: loses } = {}) {
    if (loses) cutOnce();
    const { data, errors } = await once(role, document, variables);
    assert.equal(errors, undefined);
    return data;
  },
  async faults(role, document, variables) {
    try {
      return (await once(role, document, variables)).errors;
    } catch (errors) {
      return errors;
    }
  },
  pages(role, document, variables) {
    const edges = [];
    let after = null;
    return {
      async more() {
        const { data } = await once(role, document, { ...variables, after });
        const page = data.concertation.contributions;
        edges.push(...page.edges);
        after = page.pageInfo.endCursor;
        return { ...page, edges };
      },
    };
  },
  async watch(role, document, variables) {
    let { data } = await once(role, document, variables);
    return {
      now: () => data,
      async shows(test) {
        ({ data } = await once(role, document, variables));
        assert.ok(test(data));
      },
    };
  },
  async end(step, concertation) {
    await step("sends pings on a quiet socket, and each is answered", async () => {
      const pings = [];
      const answered = new Promise((resolve) => {
        const quiet = made("coordinator", {
          keepAlive: 100,
          on: {
            ping: (received) => pings.push(received ? "theirs" : "ours"),
            pong: (received) => received && pings.push("answered") >= 6 && resolve(),
          },
        });
        const variables = { id: concertation };
        quiet.subscribe({ query: EVENTS, variables }, { next() {}, error: console.error, complete() {} });
      });
      await within(answered, "three pongs");
      assert.deepEqual(pings.slice(0, 6), ["ours", "answered", "ours", "answered", "ours", "answered"]);
    });

    await step("connects when there is something to ask, and closes when nothing is", async () => {
      let opened = 0;
      let closed;
      const closing = new Promise((resolve) => (closed = resolve));
      const lazy = made("participant", {
        lazyCloseTimeout: LAZY,
        on: { connected: () => (opened += 1), closed: ({ code }) => closed(code) },
      });
      const ask = () =>
        new Promise((complete, error) => lazy.subscribe({ query: NOW }, { next() {}, error, complete }));
      assert.equal(opened, 0);
      await ask();
      await ask();
      assert.equal(opened, 1);
      assert.equal(await within(closing, "closing"), 1000);
      await ask();
      assert.equal(opened, 2);
    });

    await step("does not try again where it is told not to: 4403 with a forged token", async () => {
      const forged = made("participant", {
        connectionParams: { authorization: "Bearer forged" },
        shouldRetry: ({ code }) => code !== 4403,
      });
      const fault = await new Promise((error, complete) => forged.subscribe({ query: NOW }, { next() {}, error, complete }));
      assert.deepEqual([fault.code, fault.reason], [4403, "Forbidden"]);
    });

    await step("iterates over results, and stops when it has enough", async () => {
      for await (const { data } of client("coordinator").iterate({ query: NOW })) assert.ok(data.serverTime);
    });
  },
});
process.exit(0);
