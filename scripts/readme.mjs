// npm run readme: writes the tables in documents that come from code. With --check it only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const dist = (name) => require(path.join(root, 'dist', `${name}.js`));

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function options() {
  const { optionTable, expected } = dist('library/detect-options');
  const rows = Object.entries(optionTable).map(([name, rule]) => {
    return [`\`${name}\``, expected(rule), rule.default === undefined ? '' : `\`${rule.default}\``, rule.about];
  });
  return table(['option', '', 'default', ''], rows);
}

function pictures() {
  const { expected } = dist('library/detect-options');
  const { pictureTables } = dist('library/render-options');
  // An option that all have alike gets one row.
  const rows = new Map();
  for (const [kind, table] of Object.entries(pictureTables)) {
    for (const [name, rule] of Object.entries(table)) {
      const cells = [
        `\`${name}\``,
        expected(rule),
        rule.default === undefined ? '' : `\`${rule.default}\``,
        rule.about,
      ];
      const key = cells.join();
      rows.set(key, { kinds: [...(rows.get(key)?.kinds ?? []), `\`${kind}\``], cells });
    }
  }
  const all = Object.keys(pictureTables).length;
  return table(
    ['of', 'option', '', 'default', ''],
    [...rows.values()].map(({ kinds, cells }) => [kinds.length === all ? 'all' : kinds.join(', '), ...cells]),
  );
}

function errors() {
  const { errorCatalog } = dist('library/error-catalog');
  const { publicCodes } = dist('service/http/openapi-parts');
  const isHere = ({ sources }) => sources.some((source) => source !== 'jobs'); // docs/JOBS.md has the others
  const rows = Object.entries(errorCatalog).flatMap(([code, entry]) => {
    return isHere(entry) ? [[`\`${code}\``, publicCodes().includes(code) ? entry.status : '', entry.title]] : [];
  });
  return table(['code', 'HTTP status', ''], rows);
}

function settings() {
  const { settings } = dist('service/config');
  const rows = Object.values(settings).map(({ variable, fallback, shownDefault, about }) => {
    return [`\`${variable}\``, shownDefault ?? String(fallback()), about];
  });
  return table(['variable', 'default', ''], rows);
}

function commands() {
  const { commands: all } = dist('cli/commands');
  return table(
    ['command', ''],
    all.map(({ name, summary }) => [`\`${name}\``, summary]),
  );
}

function statuses() {
  const { detectCommand } = dist('cli/detect');
  const rows = Object.entries({ 2: 'wrong usage', ...detectCommand.statuses });
  return table(['status', ''], rows);
}

/** Which document has which tables, between `<!-- name -->` and `<!-- /name -->`. */
const documents = {
  'docs/library.md': { options, pictures, errors },
  'docs/cli.md': { commands, statuses },
  'docs/service.md': { settings },
};

for (const [name, tables] of Object.entries(documents)) {
  const file = path.join(root, name);
  const before = readFileSync(file, 'utf8');
  let after = before;
  for (const [mark, make] of Object.entries(tables)) {
    const marked = new RegExp(`(<!-- ${mark} -->\n)[^]*?(<!-- /${mark} -->)`);
    if (!marked.test(after)) throw new Error(`${name} has no marks for ${mark}`);
    after = after.replace(marked, (_all, start, end) => `${start}\n${make()}\n\n${end}`);
  }

  if (!process.argv.includes('--check')) {
    writeFileSync(file, after);
  } else if (after !== before) {
    console.error(`${name} has other tables than the code: npm run readme`);
    process.exitCode = 1;
  }
}
