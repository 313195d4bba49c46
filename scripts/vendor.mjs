// The packages of others that dist/ is made with: each becomes one file in dist/vendor, so that the package has no dependencies to
// install. They stay devDependencies of ours, with their versions in the lock; dist/vendor/LICENSES.txt has their licences.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';

/** What src imports of others, but the optional peers, which the user installs. */
export const vendored = [
  'busboy',
  'cli-progress',
  'cors',
  'express',
  'glob',
  'helmet',
  'pino',
  'prom-client',
  'undici',
  'ws',
];

// ws would load native helpers of its user's where they are installed.
const define = { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' };

/** Bundles `name` and all that it needs into `file`; resolves to the folders in node_modules that it is made of. */
function bundle(root, name, file) {
  const { metafile } = buildSync({
    stdin: { contents: `module.exports = require('${name}');`, resolveDir: root },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    legalComments: 'none', // LICENSES.txt has them
    define,
    metafile: true,
    logLevel: 'error',
  });
  const packages = Object.keys(metafile.inputs).map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  return packages.filter(Boolean);
}

/** Everything that a package says of its licence. */
function licenceText(root, place) {
  const folder = path.join(root, place);
  const { name, version, license, author } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  const by = typeof author === 'object' ? author.name : author;
  return [`${name} ${version} (${license})`, ...(texts.length > 0 ? texts : [`Copyright ${by ?? 'its authors'}`])].join(
    '\n\n',
  );
}

/** Bundles them into `folder`, unless what lies there is of this lock already. */
function makeBundles(root, folder) {
  const stamp = path.join(folder, 'made-of.txt');
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const wanted = createHash('sha256')
    .update(lock)
    .update(readFileSync(import.meta.filename))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const places = new Set(vendored.flatMap((name) => bundle(root, name, path.join(folder, `${name}.js`))));
  const texts = [...places].sort().map((place) => licenceText(root, place));
  writeFileSync(path.join(folder, 'LICENSES.txt'), `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
  writeFileSync(stamp, wanted);
}

/** Lets one compiled file load the bundles instead of the packages. */
function link(file, folder) {
  const text = readFileSync(file, 'utf8');
  const linked = text.replace(/\brequire\("([a-z@][^"]*)"\)/g, (whole, name) => {
    if (!vendored.includes(name)) return whole;
    const to = path
      .relative(path.dirname(file), path.join(folder, `${name}.js`))
      .split(path.sep)
      .join('/');
    return `require("${to.startsWith('.') ? to : `./${to}`}")`;
  });
  if (linked !== text) writeFileSync(file, linked);
}

/** Makes dist/vendor, and lets the compiled files of `dist` load it. */
export function vendor(root) {
  const dist = path.join(root, 'dist');
  const folder = path.join(dist, 'vendor');
  makeBundles(root, folder);
  for (const name of readdirSync(dist, { recursive: true })) {
    if (name.endsWith('.js') && !/^(vendor|web|swagger-ui)\b/.test(name)) link(path.join(dist, name), folder);
  }
}
