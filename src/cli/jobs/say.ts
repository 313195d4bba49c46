import type { EventEmitter } from 'node:events';
import { program } from '../command.js';
import { printable } from '../printable.js';
import { isRefusal } from './bullmq.js';
import type { Gauge } from './gauge.js';

/** Writes a line on standard error, above the gauge. */
export type Say = (text: string) => void;

export function sayAbove(gauge: Pick<Gauge, 'around'>): Say {
  return (text) => gauge.around(() => process.stderr.write(`${program}: ${printable(text)}\n`));
}

/**
 * Tells of errors of BullMQ's objects that Redis has not answered with, but of a lost connection once: until it is back that error comes
 * again and again. The answer is to be called whenever the queue has answered.
 */
export function tellErrors(sources: readonly EventEmitter[], say: Say): () => void {
  let isLost = false;
  const tell = (error: NodeJS.ErrnoException) => {
    if (isRefusal(error)) return; // ends the command, which tells it
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
