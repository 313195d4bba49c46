import { SingleBar } from 'cli-progress';

/** Whether a bar on standard error would be seen as one. */
export const isBarShown = () => process.stderr.isTTY && process.env['TERM'] !== 'dumb';

/** A bar on standard error that is gone when it stops. */
export function terminalBar(format: string, barsize: number): SingleBar {
  return new SingleBar({
    format,
    barsize,
    stream: process.stderr,
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: false, // a process that ends at once would leave it hidden,
    linewrap: true, // and lines cut
  });
}
