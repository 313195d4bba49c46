// What Node, the C library or the compiler's runtime write when something is badly wrong. Decoders write about damaged images, each in
// its own way: that is no fault.
const alarms =
  /^\(node:\d+\)|^\s+at |Uncaught|Unhandled|Error:|terminate called|Assertion [`']|free\(\)|malloc|corrupted (size|double|unsorted)|FATAL|stack smashing/;

/** Reads the log of the service as it is written. */
export class Log {
  #status = new Map();
  /** Lines that should not be there. */
  faults = [];
  /** Bytes in use, by process id, as collect.cjs tells them. */
  inUse = new Map();

  read(line, stream) {
    const entry = stream === 'stdout' ? parsed(line) : undefined;
    if (!entry) {
      if (stream === 'stdout' || alarms.test(line)) this.faults.push(line);
    } else if (entry.msg === 'request') this.#status.set(entry.requestId, entry.status);
    else if (entry.msg === 'collected') this.inUse.set(entry.pid, entry.inUse);
    else if (['error', 'fatal'].includes(entry.level)) this.faults.push(line);
  }

  /** Where the log says something else of requests, `{ id, method, path, outcome }`, than their clients have seen; forgets them. */
  differences(requests) {
    const found = [];
    for (const { id, method, path, outcome } of requests) {
      const logged = this.#status.get(id);
      this.#status.delete(id);
      if (method === 'RAW' || method === 'METRICS' || outcome === 'left') continue;
      const seen = outcome === 'stale' ? undefined : outcome;
      if (logged !== seen) found.push(`${id} ${method} ${path}: logged ${logged}, but its client saw ${outcome}`);
    }
    return found;
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
