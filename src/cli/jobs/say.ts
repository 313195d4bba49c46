import type { Queue, Worker } from 'bullmq';
import { program } from '../command.js';
import { printable } from '../printable.js';
import { isRefusal } from './bullmq.js';
import { readCounts } from './counts.js';
import type { Gauge } from './gauge.js';

/** Prints a line to standard error, above the gauge. */
export type Say = (text: string) => void;

export function sayAbove(gauge: Pick<Gauge, 'around'>): Say {
  return (text) => gauge.around(() => process.stderr.write(`${program}: ${printable(text)}\n`));
}

/** A fault of the connection, by a code such as ECONNRESET. BullMQ's codes, such as -2 for a missing lock, are numbers. */
const isConnectionFault = ({ code, message }: NodeJS.ErrnoException) =>
  typeof code === 'string' || /connection is closed/i.test(message);

/**
 * Reports errors of the queue and of `worker`, other than Redis's answers. A lost connection is reported once, since
 * its error repeats until the connection is back, and so is its return, for which the queue's connection is asked.
 */
export function reportErrors(queue: Queue, say: Say, worker?: Worker): void {
  let isLost = false;
  const sayWhenBack = async () => {
    await readCounts(queue); // waits for the connection
    isLost = false;
    say('the connection to the queue is back');
  };
  const report = (error: NodeJS.ErrnoException) => {
    if (isRefusal(error)) return; // ends the command, which reports it
    if (!isConnectionFault(error)) return say(error.message);
    if (isLost) return;
    isLost = true;
    say(`the connection to the queue is lost (${error.code ?? error.message}); trying until it is back`);
    sayWhenBack().catch((fault: unknown) => {
      isLost = isConnectionFault(fault as Error); // by which the command ends
    });
  };
  queue.on('error', report);
  worker?.on('error', report);
}
