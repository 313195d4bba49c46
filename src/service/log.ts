import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import type { Config } from './config.js';
import { LogOutput } from './log-output.js';

export type { Logger } from 'pino';

/** JSON lines on standard output; `process` is `primary` or `worker`. */
export function createLogger(
  config: Pick<Config, 'debugging' | 'logLevel'>,
  processKind: 'primary' | 'worker',
): Logger {
  const output = new LogOutput((lost, reason) => log.warn({ lost, reason }, 'lines of this log were lost'));
  process.once('exit', () => writeRest(output));
  const log: Logger = pino(
    {
      level: config.debugging ? 'debug' : config.logLevel,
      base: { pid: process.pid, process: processKind },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    output,
  );
  return log;
}

function writeRest(output: LogOutput): void {
  const rest = output.takeUnwritten();
  try {
    if (rest) writeSync(1, rest);
  } catch {
    // There is nowhere left to report this.
  }
}

/** The client's request id if valid (1 to 128 letters, digits, `.`, `_`, `-`), otherwise a new one. */
export function requestIdOf(header: string | undefined): string {
  return header !== undefined && /^[\w.-]{1,128}$/.test(header) ? header : randomUUID();
}

/**
 * Trace and parent ids of a W3C `traceparent` header, version 00 (Trace Context, section 3.2); empty if it is invalid.
 */
export function traceOf(header: string | undefined): { traceId?: string; parentId?: string } {
  const [, traceId, parentId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header ?? '') ?? [];
  if (!traceId || !parentId || /^0+$/.test(traceId) || /^0+$/.test(parentId)) return {};
  return { traceId, parentId };
}
