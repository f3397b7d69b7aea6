// GraphiQL on our own API: the schema from /schema.graphql, examples by role, the cookie of the browser or the
// Authorization that is typed into the headers. Everything it loads is of this site.
import 'graphiql/style.css';

import { useEditorContext } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { buildSchema, isEnumType, isInputObjectType, isListType, isNonNullType, parse, typeFromAST } from 'graphql';
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';

const french = navigator.language.toLowerCase().startsWith('fr');
const url = new URL('/graphql', window.location.href);
const socket = new URL(url);
socket.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

// A header of our own is what a cookie counts by (server/cross_site.py). Sockets take the token from their first message.
function fetcher(params, options) {
  const typed = Object.entries(options?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const headers = { 'graphql-preflight': '1', ...Object.fromEntries(typed) };
  const ask = createGraphiQLFetcher({ url: url.href, subscriptionUrl: socket.href });
  return ask(params, { ...options, headers });
}

// Variables that would do, as far as types tell: what must be there, with something in its place.
function skeleton(type, depth = 0) {
  if (isNonNullType(type)) return skeleton(type.ofType, depth);
  if (isListType(type)) return depth < 4 ? [skeleton(type.ofType, depth + 1)] : [];
  if (isEnumType(type)) return type.getValues()[0].name;
  if (isInputObjectType(type)) {
    const wanted = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    return depth < 6 ? Object.fromEntries(wanted.map((field) => [field.name, skeleton(field.type, depth + 1)])) : {};
  }
  return { Int: 1, Float: 1, Boolean: true, DateTime: new Date().toISOString() }[type?.name] ?? '';
}

function variables(schema, text) {
  const [operation] = parse(text).definitions;
  const defined = operation.variableDefinitions ?? [];
  const found = defined.filter((one) => one.type.kind === 'NonNullType' && !one.defaultValue);
  const given = found.map((one) => [one.variable.name.value, skeleton(typeFromAST(schema, one.type))]);
  return given.length ? JSON.stringify(Object.fromEntries(given), null, 2) : '';
}

function examples(schema, roles) {
  function Content() {
    const { addTab, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
    const [open, setOpen] = useState(0);
    const show = (example) => {
      if (queryEditor.getValue().trim()) addTab();
      setTimeout(() => {
        queryEditor.setValue(example.text);
        variableEditor?.setValue(variables(schema, example.text));
      });
    };
    return (
      <section className="examples" aria-label={french ? 'Exemples' : 'Examples'}>
        <div className="graphiql-doc-explorer-title">{french ? 'Exemples par rôle' : 'Examples by role'}</div>
        <p>
          {french
            ? 'Connecté par un lien, vous agissez sous ce rôle. Sinon, dans « Headers » : {"Authorization": "Bearer …"}.'
            : 'Signed in by a link, you act in that role. Otherwise, under “Headers”: {"Authorization": "Bearer …"}.'}
        </p>
        {roles.map((role, number) => (
          <details key={role.role} open={number === open} onToggle={(event) => event.target.open && setOpen(number)}>
            <summary>{french ? role.french : role.english}</summary>
            <ul>
              {role.operations.map((example) => (
                <li key={example.name}>
                  <button type="button" className="graphiql-un-styled" onClick={() => show(example)}>
                    {example.name}
                  </button>
                  <br />
                  {french ? example.french : example.english}
                </li>
              ))}
            </ul>
          </details>
        ))}
      </section>
    );
  }
  const icon = () => createElement('svg', { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 },
    createElement('path', { d: 'M4 5h16M4 10h16M4 15h10M4 20h10' }));
  return { title: french ? 'Exemples' : 'Examples', icon, content: Content };
}

const start = async () => {
  const [contract, roles] = await Promise.all([
    fetch('/schema.graphql').then((answer) => answer.text()),
    fetch('/graphiql/examples.json').then((answer) => answer.json()),
  ]);
  const schema = buildSchema(contract, { assumeValid: true });
  const plugin = examples(schema, roles);
  const first = roles[0].operations[0];
  createRoot(document.getElementById('graphiql')).render(
    <GraphiQL
      fetcher={fetcher}
      schema={schema}
      plugins={[plugin]}
      defaultQuery={first.text}
      defaultEditorToolsVisibility="headers"
      shouldPersistHeaders={false}
    />,
  );
  // As if somebody had clicked: given as `visiblePlugin`, the panel would be there, and folded.
  const shown = setInterval(() => {
    const button = document.querySelector(`.graphiql-sidebar button[aria-label$="${plugin.title}"]`);
    if (!button) return;
    clearInterval(shown);
    button.click();
  }, 50);
};

start();
