import { expect } from 'chai';
import { needWeights, root } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

const health = (environment: Record<string, string>, ...args: string[]) =>
  runIn(root, process.execPath, ['dist/cli.js', 'health', ...args], environment);

describe('the command health', () => {
  let service: Service;
  let port: string;
  before(async function () {
    needWeights(this);
    service = await startService({ WORKERS: '1' });
    port = new URL(service.origin).port;
  });
  after(() => service?.stop());

  it('ends with 0 where the service takes requests', () => {
    expect(health({ PORT_NUMBER: port }).status).to.equal(0);
    expect(health({ PORT_NUMBER: port, HOST: '0.0.0.0' }).status).to.equal(0);
  });

  it('ends with 1 and the address where nothing answers', () => {
    const { status, output } = health({ PORT_NUMBER: port, HOST: '127.0.0.2' });
    expect(status).to.equal(1);
    expect(output).to.include(`nothing answers at http://127.0.0.2:${port}/readyz: ECONNREFUSED`);
    // Refused, or without IPv6 no such address.
    expect(health({ PORT_NUMBER: port, HOST: '::1' }).output).to.include(`at http://[::1]:${port}/readyz: E`);
  });

  it('ends with 1 where the service is stopping', async () => {
    const stopping = service.stop();
    let outcome = health({ PORT_NUMBER: port });
    while (outcome.status === 0) outcome = health({ PORT_NUMBER: port });
    expect(outcome.status).to.equal(1);
    expect(await stopping).to.equal(0);
  });

  it('takes no arguments', () => {
    expect(health({}, 'now').status).to.equal(2);
  });
});
