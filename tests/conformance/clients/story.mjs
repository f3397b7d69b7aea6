// One whole concertation, from the draft to the decision, as any client plays it. What is particular to a client is in a
// module of its own, which gives `ask(role, document, variables, more)` and `subscribe(role, document, variables, sink)`.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import * as documents from "./documents.mjs";

const PATIENCE = 30_000; // milliseconds for something to happen that surely does
const PEOPLE = ["participant", "clerk", "guarantor", "sponsor", "rapporteur"];

/** Where the servers are, and who may ask: from standard input, since tokens are not for the list of processes. */
export async function readSite() {
  return JSON.parse(await text(process.stdin));
}

export function version(name) {
  return createRequire(import.meta.url)(`../node_modules/${name}/package.json`).version;
}

/** Take a step, and print what came of it, a line of JSON. Where it fails the story ends. */
async function step(what, take) {
  const since = performance.now();
  try {
    const found = await take();
    console.log(JSON.stringify({ check: what, why: "", ms: Math.round(performance.now() - since) }));
    return found;
  } catch (fault) {
    console.log(JSON.stringify({ check: what, why: String(fault?.stack ?? fault), ms: 0 }));
    process.exit(1);
  }
}

export function within(promise, what) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no ${what} within ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The events of a concertation, followed through as many connections as it takes. */
export class Following {
  events = [];
  breaks = 0;
  #awaited = [];

  get last() {
    return this.events.at(-1)?.seq ?? 0;
  }

  take(event) {
    this.events.push(event);
    this.#awaited = this.#awaited.filter((one) => !one(event));
  }

  until(what, test) {
    const seen = this.events.find(test);
    if (seen) return seen;
    const found = new Promise((resolve) => this.#awaited.push((event) => test(event) && (resolve(event), true)));
    return within(found, what);
  }
}

export async function play(client) {
  let keys = 0;
  let concertation;

  const mutate = async (role, document, fields, more) => {
    const input = { idempotencyKey: `${client.site.slug}-${++keys}`, ...fields };
    if (concertation) input.concertationId = concertation;
    return Object.values(await client.ask(role, document, { input }, more))[0];
  };
  const does = async (role, document, fields, more) => {
    const answer = await mutate(role, document, fields, more);
    assert.match(answer.__typename, /Accepted$/, JSON.stringify(answer));
    return answer;
  };
  const refused = async (code, type, role, document, fields) => {
    const answer = await mutate(role, document, fields);
    assert.deepEqual([answer.code, answer.__typename], [code, type]);
    assert.ok(answer.message.length > 10 && Array.isArray(answer.path));
    return answer;
  };

  await step("drafts a concertation", async () => {
    const fields = { slug: client.site.slug, title: { fr: client.site.slug }, procedure: "clients" };
    concertation = (await does("coordinator", documents.DRAFT, fields)).concertation.id;
  });

  await step("reads refusals as values: `... on Refusal`, and those with a type of their own", async () => {
    const opensAt = new Date(Date.now() + 60_000).toISOString();
    await refused("UNKNOWN_CONCERTATION", "Refused", "participant", documents.LAUNCH, { opensAt }); // a draft is not theirs
    const early = await refused("LAUNCH_NOT_READY", "LaunchNotReady", "coordinator", documents.LAUNCH, { opensAt });
    assert.ok(early.findings.length > 0);
  });

  await step("reads faults with their codes, and a field at fault beside data", async () => {
    const page = { id: concertation, stage: "appel", first: 2, after: "forged" };
    const field = await client.faults("coordinator", documents.PAGE, page);
    assert.equal(field[0].extensions.code, "BAD_USER_INPUT");
    assert.deepEqual(field[0].path, ["concertation", "contributions"]);
    const request = await client.faults("coordinator", documents.PAGE, { id: concertation, stage: 5 });
    assert.equal(request[0].extensions.code, "BAD_USER_INPUT");
  });

  await step("enrols two people and appoints them", async () => {
    for (const [role, office] of [["council_member", "conseil"], ["deciding_authority", "autorite"]]) {
      const fields = { pseudonym: client.site.members[role], name: role };
      const { member } = await does("coordinator", documents.ENROL, fields);
      await does("coordinator", documents.APPOINT, { office, memberId: member.id });
    }
  });

  const following = new Following();
  await step("follows it from its first event", async () => {
    client.follow("coordinator", concertation, following);
    await following.until("first event", (event) => event.seq === 1);
  });

  await step("launches it, and sees the call for input open", async () => {
    const now = Date.parse((await client.ask("coordinator", documents.NOW, {})).serverTime);
    await does("coordinator", documents.LAUNCH, { opensAt: new Date(now + 3000).toISOString() });
    await following.until("opening", (event) => event.kind === "stage_opened");
  });

  const call = { stage: "appel", round: 1 };
  const body = (role) => `Ce que dit ${role}.`;
  const contribution = await step("contributes, loses the answer, asks again with the same key: one receipt", async () => {
    const fields = { ...call, body: body(PEOPLE[0]), idempotencyKey: `${client.site.slug}-lost` };
    const { receipt } = await does(PEOPLE[0], documents.CONTRIBUTE, fields, { lost: true });
    assert.equal(client.lost, 1, "no answer was lost");
    const again = await does(PEOPLE[0], documents.CONTRIBUTE, fields);
    assert.equal(again.receipt.code, receipt.code);
    const other = await refused("ALREADY_CONTRIBUTED", "AlreadyContributed", PEOPLE[0], documents.CONTRIBUTE, {
      ...call, body: "Encore.",
    });
    assert.equal(other.receiptCode, receipt.code);
    return receipt.contribution.id;
  });

  await step("turns the pages with its own helper, by keyset: none twice, none left out while others come in", async () => {
    for (const role of PEOPLE.slice(1, 4)) await does(role, documents.CONTRIBUTE, { ...call, body: body(role) });
    const pages = client.pages("coordinator", documents.PAGE, { id: concertation, stage: "appel", first: 2 });
    assert.equal((await pages.more()).edges.length, 2);
    await does(PEOPLE[4], documents.CONTRIBUTE, { ...call, body: body(PEOPLE[4]) });
    assert.equal((await pages.more()).edges.length, 4);
    const whole = await pages.more();
    assert.deepEqual(whole.edges.map((edge) => edge.node.body), PEOPLE.map(body));
    assert.equal(whole.pageInfo.hasNextPage, false);
    assert.equal(whole.totalCount, PEOPLE.length);
  });

  await step("loses its connection, goes on after the last event that it saw", async () => {
    const last = following.last;
    const resume = client.cut();
    const { concertation: seen } = await client.ask("coordinator", documents.STAGES, { id: concertation }, { fresh: true });
    const { closesAt } = seen.stages.find((stage) => stage.key === "appel");
    const soon = new Date(Date.now() + 2000).toISOString();
    await does("coordinator", documents.CLOSE, { ...call, closesAt: soon, seenClosesAt: closesAt, reason: "Tout est dit." });
    assert.equal(following.last, last, "it was not cut");
    resume();
    await following.until("ballot", (event) => event.__typename === "BallotEvent" && event.seq > last);
    assert.ok(following.breaks > 0, "nothing was noticed of the break");
  });

  const votes = client.caches ? "votes: the ballot in its cache changes with the answer, without a query" : "votes";
  const ballot = await step(votes, async () => {
    const watched = await client.watch("council_member", documents.BALLOTS, { id: concertation });
    const [open] = watched.now().concertation.ballots;
    const vote = { ballotId: open.id, position: "FAVOURABLE" };
    const other = "0".repeat(64);
    const changed = await refused("SUBJECT_CHANGED", "SubjectChanged", "council_member", documents.VOTE, {
      ...vote, subject: other,
    });
    assert.equal(changed.subject, open.subject);
    const answer = await does("council_member", documents.VOTE, { ...vote, subject: changed.subject });
    assert.equal(answer.ballot.id, open.id);
    await watched.shows(({ concertation: seen }) => seen.ballots[0].state === answer.ballot.state);
    if (client.caches) assert.equal(watched.asked(), 2, "more than the two mutations was sent");
    return open.id;
  });

  await step("issues the decision, and sees the end", async () => {
    await following.until("decision stage", (event) => event.kind === "stage_opened" && event.stage?.key === "decision");
    const fields = { stage: "decision", round: 1, text: { fr: "Ce qui est décidé." } };
    const { decision } = await does("deciding_authority", documents.DECIDE, fields);
    assert.equal(decision.text.content, "Ce qui est décidé.");
    await following.until("end", (event) => event.kind === "concertation_ended");
  });

  await step("has seen every event of the ledger once, in order", async () => {
    const seqs = [];
    for (let after = null, more = true; more; ) {
      const { ledger } = (await client.ask("coordinator", documents.LEDGER, { id: concertation, after })).concertation;
      seqs.push(...ledger.nodes.map((event) => event.seq));
      ({ hasNextPage: more, endCursor: after } = ledger.pageInfo);
    }
    assert.deepEqual(following.events.map((event) => event.seq), seqs);
  });

  await step("finds objects of two types by `node`", async () => {
    const { one, two } = await client.ask("coordinator", documents.NODES, { contribution, ballot });
    assert.deepEqual([one.__typename, one.body], ["Contribution", body(PEOPLE[0])]);
    assert.deepEqual([two.__typename, two.state], ["Ballot", "CLOSED"]);
  });

  await client.end?.(step, concertation);
}
