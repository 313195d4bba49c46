import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { request } from 'undici';
import { needWeights, root } from '../fixtures/available.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

describe('the demo page as it is served', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService({ WORKERS: '1', API_KEYS: 'a-key-of-sixteen-letters' });
  });
  after(() => service?.stop());

  it('comes at / without a key, with a policy that lets nothing in from elsewhere', async () => {
    const response = await fetch(`${service.origin}/`);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy')?.split(';');
    expect(policy).to.have.members([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob: data:",
      "connect-src 'self'",
      'media-src blob:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(await response.text()).to.match(/<title>Face detector<\/title>/);
  });

  it('is asked for each time, and sent only where it has changed', async () => {
    for (const url of [`${service.origin}/`, `${service.origin}/web/main.mjs`]) {
      const response = await fetch(url);
      expect(response.headers.get('cache-control')).to.equal('no-cache');
      const etag = response.headers.get('etag') ?? '';
      // Not by fetch, which would say that it has no use for an answer that it has.
      const again = await request(url, { headers: { 'If-None-Match': etag } });
      await again.body.dump();
      expect(again.statusCode, url).to.equal(304);
      const head = await fetch(url, { method: 'HEAD' });
      expect(head.status).to.equal(200);
      expect(head.headers.get('content-length')).to.equal(String((await response.arrayBuffer()).byteLength));
    }
  });

  it('has every file that it names, with its type, and no other', async () => {
    const types: Record<string, string> = {
      '.mjs': 'text/javascript; charset=utf-8',
      '.css': 'text/css; charset=utf-8',
      '.svg': 'image/svg+xml',
      '.html': 'text/html; charset=utf-8',
    };
    const files = readdirSync(path.join(root, 'dist', 'web'));
    expect(files).to.include.members(['index.html', 'main.mjs', 'page.css', 'icon.svg']);
    for (const file of files) {
      const response = await fetch(`${service.origin}/web/${file}`, { method: 'HEAD' });
      expect(response.headers.get('content-type'), file).to.equal(types[path.extname(file)]);
    }
    const html = await (await fetch(`${service.origin}/`)).text();
    for (const [, name = ''] of html.matchAll(/"web\/([^"]+)"/g)) expect(files).to.include(name);
    for (const name of ['', 'nothing.mjs', '../cli.js', '%2e%2e/cli.js', '..%2fcli.js', 'main.mts']) {
      expect((await fetch(`${service.origin}/web/${name}`)).status, name).to.equal(404);
    }
  });

  it('is only read: 405 for other methods', async () => {
    const response = await fetch(`${service.origin}/`, { method: 'POST', body: 'x' });
    expect(response.status).to.equal(405);
    expect(response.headers.get('allow')).to.equal('GET, HEAD');
    expect(await response.json()).to.include({ code: 'METHOD_NOT_ALLOWED' });
  });
});
