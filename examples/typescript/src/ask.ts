// Sends an operation over HTTP until it is answered. Typed by the operation: what it takes, what it gives.
import type { TypedDocumentString } from "./generated.js";

const ATTEMPTS = 5;
const AGAIN = ["UNAVAILABLE", "OUTCOME_UNKNOWN"]; // the codes after which the same request finds out, or does it

export class Fault extends Error {}

export async function ask<Data, Variables>(
  url: string,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  for (let attempt = 1; ; attempt++) {
    const why = await once(url, document, variables).catch((fault: Error) => {
      if (fault instanceof Fault || attempt === ATTEMPTS) throw fault;
      return fault;
    });
    if (!(why instanceof Error)) return why;
    await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
  }
}

async function once<Data, Variables>(
  url: string,
  query: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": "en", ...authorization() },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as {
    data?: Data;
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  if (data && !errors) return data;
  const [fault] = errors ?? [];
  const said = fault?.message ?? `HTTP ${answer.status}`;
  throw AGAIN.includes(fault?.extensions?.code ?? "") ? new Error(said) : new Fault(said);
}

export function authorization(): Record<string, string> {
  const token = process.env.CONCERTATION_TOKEN;
  return token ? { authorization: `Bearer ${token}` } : {};
}
