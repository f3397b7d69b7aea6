// Contributes to the call for input that is open, with a personal access token, and keeps the receipt:
//   CONCERTATION_TOKEN=concertation_pat_… node dist/contribute.js http://127.0.0.1:8000/graphql SLUG "What I have to say."
// The key is made of what is said, so the same words sent again, by this run or the next, give the same receipt.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { ask } from "./ask.js";
import { ContributeDocument, OpenCallsDocument } from "./generated.js";

const [url = "", slug = "", body = ""] = process.argv.slice(2);

async function contribute(): Promise<string> {
  const { concertation } = await ask(url, OpenCallsDocument, { slug });
  const call = concertation?.openStages.find((stage) => stage.kind === "CALL_FOR_INPUT");
  if (!concertation || !call) throw new Error(`${slug}: no call for input is open to you`);

  const said = JSON.stringify([concertation.id, call.key, call.round, body]);
  const { submitContribution: answer } = await ask(url, ContributeDocument, {
    input: {
      idempotencyKey: createHash("sha256").update(said).digest("hex"),
      concertationId: concertation.id,
      stage: call.key,
      round: call.round,
      body,
    },
  });
  // A refusal of any type, also of one that comes later: nothing was changed.
  if (answer.__typename !== "ContributionAccepted") throw new Error(`${answer.code}: ${answer.message}`);

  const { receipt } = answer;
  const file = `receipt-${receipt.code}.json`;
  writeFileSync(file, `${JSON.stringify(receipt, null, 2)}\n`);
  return `${concertation.title}, ${call.label}: receipt ${receipt.code}, kept in ${file}`;
}

contribute().then(console.log, (fault: Error) => {
  console.error(fault.message);
  process.exitCode = 1;
});
