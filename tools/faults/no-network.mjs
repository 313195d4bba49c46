import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/steps.mjs';

/** Neither names nor addresses can be reached: the process has no network at all. The weights are some that no package brings along. */
export function noNetwork(expect) {
  const folder = mkdtempSync(path.join(tmpdir(), 'faults-'));
  const fetching = `
    const { fetchModel } = require(${JSON.stringify(path.join(root, 'dist', 'library', 'weights', 'fetch.js'))});
    fetchModel('yunet', { modelsDir: ${JSON.stringify(folder)}, sources: [] }).catch(({ code, message }) => {
      console.log(code, message);
      process.exitCode = 7;
    });`;
  const { HTTPS_PROXY, HTTP_PROXY, https_proxy, http_proxy, ...environment } = process.env;
  const { status, stdout } = spawnSync('unshare', ['--net', process.execPath, '-e', fetching], {
    encoding: 'utf8',
    env: environment,
  });
  rmSync(folder, { recursive: true });
  expect(
    status === 7 && /^MODEL_MISSING yunet\/\S+ could not be fetched\.\n.*\(getaddrinfo E\w+ /s.test(stdout),
    'models fetch fails by file and reason, with a code',
    stdout,
  );
  return { reason: /\(getaddrinfo [^)]*\)/.exec(stdout)?.[0] };
}
