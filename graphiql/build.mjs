// Builds the page into server/graphiql_built: graphiql.js, graphiql.css and fonts, with nothing inside that a policy
// without inline would refuse, and nothing that is loaded from elsewhere.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const into = new URL('../server/graphiql_built/', import.meta.url);
await rm(into, { recursive: true, force: true });
await mkdir(into, { recursive: true });
await build({
  entryPoints: { graphiql: 'page.jsx' },
  outdir: into.pathname,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  legalComments: 'linked',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
});

// Fonts and images come as data inside the style sheet.
const sheet = new URL('graphiql.css', into);
const files = new Map();
const text = (await readFile(sheet, 'utf8')).replace(/url\("?data:(?:font|image)\/(\w+);base64,([^")]+)"?\)/g, (_, kind, data) => {
  const bytes = Buffer.from(data, 'base64');
  const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.${kind}`;
  files.set(name, bytes);
  return `url(${name})`;
});
await writeFile(sheet, text + (await readFile(new URL('page.css', import.meta.url), 'utf8')));
for (const [name, bytes] of files) await writeFile(new URL(name, into), bytes);
