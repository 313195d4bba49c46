import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';
import { runWell } from '../fixtures/commands.mjs';
import { brokenLinks, isElsewhere, linksIn, markdownFiles, readDocument } from '../fixtures/documents.mjs';

const exists = (name: string) => existsSync(path.join(root, name)) || name.startsWith('docs/api');
const read = (name: string) => (name.endsWith('.md') ? readDocument(name) : undefined);

describe('links of the documents', () => {
  const documents = markdownFiles();

  it('are those of all Markdown files, of every folder', () => {
    expect(documents).to.include.members([
      'README.md',
      'CONTRIBUTING.md',
      'docs/README.md',
      'docs/contributing/testing.md',
      'deploy/kubernetes/README.md',
      'models/README.md',
    ]);
  });

  for (const document of documents)
    it(`of ${document} lead to files and headings that there are`, () => {
      expect(brokenLinks(document, read, exists)).to.deep.equal([]);
    });

  it('would be found broken', () => {
    const files: Record<string, string> = {
      'docs/a.md': '# A\n\n[1](b.md) [2](b.md#two-words) [3](#a) ![4](c.png) [x](https://example.org/#gone)\n',
      'docs/b.md': '# Two `words`!\n\n```sh\n# no heading\n```\n',
      'docs/broken.md':
        '[1](c.md) [2](b.md#two) [3](#gone) [4](b.md#no-heading)\n\n[5]: ../../b.md\n<img src="d.png">\n',
    };
    const there = (name: string) => name in files || name === 'docs/c.png';
    const find = (document: string) => brokenLinks(document, (name) => files[name], there);
    expect(find('docs/a.md')).to.deep.equal([]);
    expect(find('docs/broken.md')).to.deep.equal([
      'c.md',
      'b.md#two',
      '#gone',
      'b.md#no-heading',
      '../../b.md',
      'd.png',
    ]);
  });

  // Who installed the package reads the README in node_modules.
  it('of the README lead to files that the package has', () => {
    const packed = runWell(root, 'npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--silent']);
    const files = (JSON.parse(packed)[0].files as { path: string }[]).map((file) => file.path);
    const targets = linksIn(readDocument('README.md')).filter(
      (target) => !isElsewhere(target) && !target.startsWith('#'),
    );
    expect(targets.length).to.be.above(10);
    const missing = targets
      .map((target) => target.replace(/#.*/, ''))
      .filter((target) => !files.some((file) => file === target || file.startsWith(`${target.replace(/\/$/, '')}/`)));
    expect(missing).to.deep.equal([]);
  });
});
