// What Node, the C library or the compiler's runtime write when something is badly wrong. Decoders write about damaged images, each in
// its own way: that is no fault.
const alarms =
  /^\(node:\d+\)|^\s+at |Uncaught|Unhandled|Error:|terminate called|Assertion|free\(\)|malloc|corrupted (size|double|unsorted)|FATAL|stack smashing/;

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

  /** The status that a request had, once; undefined where the service has not seen it, or has not done with it. */
  take(id) {
    const status = this.#status.get(id);
    this.#status.delete(id);
    return status;
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
