// Loaded into each process of the soaked service: SIGUSR2 makes it collect its garbage and write into the log how many bytes are in use
// then.
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const koffi = require('koffi');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

// mallinfo2(3), of glibc 2.33 and later: `uordblks` are the bytes in use in all heaps, `hblkhd` those mapped one by one.
const fields = 'arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost'.split(' ');
koffi.struct('mallinfo2', Object.fromEntries(fields.map((field) => [field, 'size_t'])));
const mallinfo2 = koffi.load('libc.so.6').func('mallinfo2 mallinfo2()');

/** What malloc has given out, buffers of JavaScript among it, and the objects on V8's heap. */
function bytesInUse() {
  const { uordblks, hblkhd } = mallinfo2();
  return Number(uordblks) + Number(hblkhd) + process.memoryUsage().heapUsed;
}

const settleMs = 200; // threads of V8 free what it has collected

process.on('SIGUSR2', () => {
  collect();
  setTimeout(() => {
    collect(); // finalizers of the first run have left more
    setTimeout(() => {
      process.stdout.write(`${JSON.stringify({ msg: 'collected', pid: process.pid, inUse: bytesInUse() })}\n`);
    }, settleMs);
  }, settleMs);
});
