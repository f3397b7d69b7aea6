// Follows what happens in a concertation, one line an event; after a break, or the next day, goes on where it was:
//   CONCERTATION_TOKEN=concertation_pat_… node dist/follow.js http://127.0.0.1:8000/graphql SLUG STATE-FILE
// Without a token it follows what everybody may. The file holds the number of the last event that was printed.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { ask, authorization } from "./ask.js";
import { FollowDocument, OpenCallsDocument, type FollowSubscription } from "./generated.js";

const [url = "", slug = "", state = ""] = process.argv.slice(2);
const OVER = ["concertation_ended", "concertation_abandoned"];

async function follow(): Promise<void> {
  const { concertation } = await ask(url, OpenCallsDocument, { slug });
  if (!concertation) throw new Error(`${slug}: no such concertation, or it is not public yet`);
  const client = createClient({
    url: url.replace(/^http/, "ws"),
    webSocketImpl: WebSocket,
    connectionParams: authorization(),
    retryAttempts: Infinity,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 1000)),
    shouldRetry: (fault) => (fault as { code?: unknown }).code !== 4403, // the token is not valid any more
  });
  const variables = {
    id: concertation.id,
    get after() {
      // Read anew at each connection. Numbers have no gaps: no event is lost or told twice.
      return existsSync(state) ? Number(readFileSync(state, "utf8")) : 0;
    },
  };
  const results = client.iterate<FollowSubscription>({ query: String(FollowDocument), variables });
  for await (const { data, errors } of results) {
    if (!data) throw new Error(errors?.[0]?.message ?? "nothing came");
    const { seq, at, kind, summary } = data.concertationEvents;
    console.log(`${String(seq).padStart(5)}  ${at.slice(0, 19)}  ${summary}`);
    writeFileSync(`${state}.new`, String(seq));
    renameSync(`${state}.new`, state); // whole or not at all, whatever happens to this program
    if (OVER.includes(kind)) break;
  }
  await client.dispose();
}

follow().catch((fault: { message?: string; reason?: string }) => {
  console.error(fault.message ?? fault.reason ?? fault);
  process.exitCode = 1;
});
