// The audits of graphql-http. A line of JSON for each: its name, whether it passed, and why not.
import { auditServer } from "graphql-http";

for (const audit of await auditServer({ url: process.argv[2] })) {
  const passed = audit.status === "ok"; // warnings and notices are failures, too
  console.log(JSON.stringify({ check: `${audit.id} ${audit.name}`, passed, why: passed ? "" : audit.reason }));
}
