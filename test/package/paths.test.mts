import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';
import { markdownFiles, readDocument } from '../fixtures/documents.mjs';

/** Files that a text names in backticks, from a folder of the project on; links.test.mts looks at those that it links to. */
function namedFiles(document: string): string[] {
  const quoted = readDocument(document).matchAll(
    /`((?:src|native|test|scripts|tools|docs|nginx|deploy|examples|models)\/[\w/-][\w./-]*)`/g,
  );
  return Array.from(quoted, ([, name]) => name as string);
}

describe('the documents', () => {
  it('name only files that there are', () => {
    const named = markdownFiles().flatMap((document) => namedFiles(document).map((name) => ({ document, name })));
    expect(named.length).to.be.above(30);
    // Neither is part of a checkout: npm run docs makes the one, weights are fetched into folders of the other.
    const isMade = (name: string) => name.startsWith('docs/api') || /^models\/[\w-]+\/?$/.test(name);
    const missing = named.filter(({ name }) => !isMade(name) && !existsSync(path.join(root, name)));
    expect(missing).to.deep.equal([]);
  });
});
