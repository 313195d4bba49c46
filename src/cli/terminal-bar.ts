import { SingleBar } from 'cli-progress';

/** Whether standard error can show a bar. */
export const isBarShown = () => process.stderr.isTTY && process.env['TERM'] !== 'dumb';

/** A bar on standard error that disappears when it stops. */
export function terminalBar(format: string, barsize: number): SingleBar {
  return new SingleBar({
    format,
    barsize,
    stream: process.stderr,
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: false, // an abrupt exit would leave it hidden,
    linewrap: true, // and lines truncated
  });
}
