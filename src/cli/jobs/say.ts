import type { EventEmitter } from 'node:events';
import { program } from '../command.js';
import { printable } from '../printable.js';
import { isRefusal } from './bullmq.js';
import type { Gauge } from './gauge.js';

/** Prints a line to standard error, above the gauge. */
export type Say = (text: string) => void;

export function sayAbove(gauge: Pick<Gauge, 'around'>): Say {
  return (text) => gauge.around(() => process.stderr.write(`${program}: ${printable(text)}\n`));
}

/**
 * Reports errors of BullMQ objects other than Redis's answers; a lost connection only once, since that error repeats
 * until the connection is back. Call the returned function whenever the queue has answered.
 */
export function reportErrors(sources: readonly EventEmitter[], say: Say): () => void {
  let isLost = false;
  const tell = (error: NodeJS.ErrnoException) => {
    if (isRefusal(error)) return; // ends the command, which reports it
    const isConnection = error.code !== undefined || /connection is closed/i.test(error.message);
    if (!isConnection) return say(error.message);
    if (!isLost) say(`the connection to the queue is lost (${error.code ?? error.message}); trying until it is back`);
    isLost = true;
  };
  for (const source of sources) source.on('error', tell);
  return () => {
    if (isLost) say('the connection to the queue is back');
    isLost = false;
  };
}
