// Writes src/generated.ts from the schema and ../operations: `npm run generate`. With --check: says whether it is up to date.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as documentNodes from "@graphql-codegen/typed-document-node";
import * as operations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";

const read = (file) => parse(readFileSync(new URL(file, import.meta.url), "utf8"));
const target = new URL("src/generated.ts", import.meta.url);
const folder = new URL("../operations/", import.meta.url);

const generated = await codegen({
  filename: "generated.ts",
  schema: read("../../graphql/schema.graphql"),
  documents: readdirSync(folder).sort().map((name) => ({ location: name, document: read(`../operations/${name}`) })),
  config: {
    documentMode: "string", // nothing of the library `graphql` at run time
    disableDescriptions: true,
    scalars: { DateTime: "string", JSON: "unknown" },
    useTypeImports: true,
  },
  plugins: [{ operations: {} }, { documentNodes: {} }],
  pluginMap: { operations, documentNodes },
});

if (!process.argv.includes("--check")) {
  writeFileSync(target, generated);
} else if (readFileSync(target, "utf8") !== generated) {
  console.error("src/generated.ts is not what the schema says: npm run generate");
  process.exit(1);
}
