import path from 'node:path';
import { startService } from '../lib/service.mjs';
import { Judge } from './judge.mjs';
import { Log } from './log.mjs';
import { nextRequest } from './next-request.mjs';
import { memoryInUse, rest, searchAlike } from './rest.mjs';
import { Sender } from './send.mjs';
import { Tally } from './tally.mjs';
import { maxBodyBytes } from './upload.mjs';
import { verdict } from './verdict.mjs';

const bodyTimeoutMs = 15_000;
const settings = {
  WORKERS: '2',
  MAX_BODY_BYTES: String(maxBodyBytes),
  BODY_TIMEOUT_MS: String(bodyTimeoutMs),
  TRUST_PROXY: 'loopback',
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(path.join(import.meta.dirname, 'collect.cjs'))}`,
};
/** Requests between two rests, at most. */
const stretch = 500;
/** Bytes in use are counted at the first rest of so many: for that garbage is collected, which the service shall do by itself else. */
const restsPerCount = 4;
/** More than there are seats. */
const crowd = 60;

/**
 * One run against a service of its own. `tell` gets a line for each minute, and each failure as it is seen; `attack(port, bodyBytes)` begins
 * what is to go on beside the requests, and gives the function that ends it.
 */
export class Soak {
  #random;
  #stock;
  #bounds;
  #tell;
  #attack;
  #log = new Log();
  #judge = new Judge({ bodyTimeoutMs });
  #failures = [];
  #tally = new Tally();
  #issued = 0;
  #rests = [];
  #started = 0;

  constructor(random, images, bounds, tell, attack = () => async () => undefined) {
    this.#random = random;
    this.#stock = images;
    this.#bounds = bounds;
    this.#tell = tell;
    this.#attack = attack;
  }

  /** Ends the run when the requests on their way are answered. */
  stop() {
    this.#bounds = { minutes: 0, requests: this.#issued };
  }

  /** Resolves to the summary, with its `failures`. */
  async run() {
    const service = await startService(settings, { onLine: (line, stream) => this.#log.read(line, stream) });
    const sender = new Sender(service);
    this.#started = performance.now();
    try {
      this.#stock = { ...this.#stock, models: await service.models() };
      await this.#rest(service, sender);
      for (let told = 0; !this.#isOver; ) {
        const endAttack = this.#attack(service.port, maxBodyBytes);
        const done = await this.#drive(sender);
        await endAttack();
        await this.#rest(service, sender);
        this.#checkLog(done);
        if (this.#minutes < told + 1 && !this.#isOver) continue;
        told = Math.floor(this.#minutes);
        this.#tell(this.#progress());
      }
    } catch (error) {
      this.#fail(error.stack); // it does not come to rest, or is not there any more
    }
    sender.rest();
    const status = await service.stop();
    if (status !== 0) this.#fail(`the service ended with ${status}`);
    this.#checkLog([]);
    return this.#summary();
  }

  get #minutes() {
    return (performance.now() - this.#started) / 60_000;
  }

  get #isOver() {
    return this.#minutes >= this.#bounds.minutes || this.#issued >= this.#bounds.requests;
  }

  /** Sends a stretch of requests from a random number of clients; resolves to each with the way it ended. */
  async #drive(sender) {
    const { requests } = this.#bounds;
    const end = Math.min(this.#issued + Math.min(stretch, Math.ceil(requests / 2)), requests);
    const clients = this.#random.chance(0.1) ? crowd : this.#random.integer(4, 32);
    const done = [];
    const client = async () => {
      while (this.#issued < end && !this.#isOver) {
        const asked = nextRequest(this.#random, this.#stock, `soak-${this.#issued++}`);
        const ending = await sender.send(asked);
        const { id, method, path } = asked;
        const outcome = ending.status ?? ending.end;
        this.#tally.add(path, outcome);
        const fault = this.#judge.fault(asked, ending);
        if (fault) this.#fail(`${id} ${method} ${path}: ${fault}`);
        done.push({ id, method, path, outcome });
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    return done;
  }

  #fail(what) {
    this.#failures.push(what);
    this.#tell(`NOT SO: ${what}`);
  }

  async #rest(service, sender) {
    sender.rest();
    const isCounted = this.#rests.length % restsPerCount === 0;
    if (isCounted) await searchAlike(service, this.#stock);
    const held = await rest(service, this.#rests[0]?.counts.socket ?? Infinity);
    const inUse = isCounted ? await memoryInUse(service, this.#log.inUse) : undefined;
    this.#rests.push({ ...held, inUse, requests: this.#issued });
  }

  #checkLog(done) {
    for (const fault of this.#log.differences(done)) this.#fail(fault);
    for (const line of this.#log.faults.splice(0)) this.#fail(`log: ${line}`);
  }

  #progress() {
    const memory = this.#rests
      .at(-1)
      .memory.map((mb) => mb.toFixed(1))
      .join(' + ');
    const failed = `${this.#failures.length} failures`;
    return `minute ${this.#minutes.toFixed(1)}: ${this.#issued} requests (${this.#tally}); at rest ${memory} MB; ${failed}`;
  }

  #summary() {
    const { failures, ...held } = verdict(this.#rests, this.#bounds.minutes < Infinity);
    for (const failure of failures) this.#fail(failure);
    return {
      minutes: Number(this.#minutes.toFixed(1)),
      requests: this.#issued,
      differentAnswers: this.#judge.known,
      outcomes: this.#tally.counts,
      ...held,
      failures: this.#failures,
    };
  }
}
