// npm run tools -- NAME [ARGUMENT ...]: runs a tool. Without a name it lists them: each is tools/NAME.mjs or tools/NAME/NAME.mjs, and
// says on its first line what it does.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = import.meta.dirname;

/** Files of all tools by name. */
function findTools() {
  const names = readdirSync(folder).map((entry) => path.basename(entry, '.mjs'));
  const files = names.flatMap((name) => {
    const file = [`${name}.mjs`, path.join(name, `${name}.mjs`)].find((one) => existsSync(path.join(folder, one)));
    return file && name !== 'run' ? [[name, path.join(folder, file)]] : [];
  });
  return new Map(files.sort());
}

function list(tools) {
  const firstLine = (file) => /^\/\/ (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  const width = Math.max(...[...tools.keys()].map((name) => name.length));
  const lines = [...tools].map(([name, file]) => `  ${name.padEnd(width)}  ${firstLine(file)}\n`);
  return `usage: npm run tools -- NAME [ARGUMENT ...]\n\n${lines.join('')}`;
}

const tools = findTools();
const [name, ...args] = process.argv.slice(2);
const file = tools.get(name);
if (file) {
  process.argv = [process.argv[0], file, ...args];
  await import(pathToFileURL(file).href); // in this same process, so that signals reach it
} else if (name === undefined) {
  process.stdout.write(list(tools));
} else {
  process.stderr.write(`there is no tool "${name}"\n${list(tools)}`);
  process.exitCode = 2;
}
