import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

const documents = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'models/README.md'],
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Files that a text names: in backticks from a folder of the project, or as the target of a link. */
function namedFiles(document: string): string[] {
  const text = readFileSync(path.join(root, document), 'utf8');
  const quoted = text.matchAll(/`((?:src|native|test|scripts|docs|nginx|deploy|examples|models)\/[\w/-][\w./-]*)`/g);
  const linked = text.matchAll(/\]\((?!https?:|#)([^)#]+)/g);
  return [
    ...Array.from(quoted, ([, name]) => name as string),
    ...Array.from(linked, ([, name]) => path.join(path.dirname(document), name as string)),
  ];
}

describe('the documents', () => {
  it('name only files that there are', () => {
    const named = documents.flatMap((document) => namedFiles(document).map((name) => ({ document, name })));
    expect(named.length).to.be.above(30);
    // Neither is part of a checkout: npm run docs makes the one, weights are fetched into folders of the other.
    const isMade = (name: string) => name.startsWith('docs/api') || /^models\/[\w-]+\/?$/.test(name);
    const missing = named.filter(({ name }) => !isMade(name) && !existsSync(path.join(root, name)));
    expect(missing).to.deep.equal([]);
  });
});
