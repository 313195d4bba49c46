// Attackers by name: each keeps at it until `signal` aborts, with bodies of `bodyBytes` at most. All come from 127.0.0.1.
import { setTimeout as pause } from 'node:timers/promises';
import { eventOf, frameOf, open, openWebSocket, post, postHead, repeat } from './wire.mjs';

const everything = 'scaleFactor=0.95&pnetThreshold=0&rnetThreshold=0&threshold=0';

/** Writes `bytes` to a connection every `ms` until it closes. */
async function trickle(socket, ms, bytes) {
  while (!socket.destroyed && socket.writable) {
    socket.write(bytes);
    await pause(ms);
  }
}

export const attackers = {
  // 38 bytes that decode to 50 megapixels, searched at every scale there is.
  'dear searches': ({ port, pictures, signal }) =>
    repeat(10, signal, () =>
      post(port, '/v1/faces?minFaceSize=12&scaleFactor=0.95', 'image/webp', pictures.flat, signal),
    ),

  'searches that find faces everywhere': ({ port, pictures, signal }) =>
    repeat(6, signal, () =>
      post(port, `/v1/faces?minFaceSize=12&${everything}`, 'image/webp', pictures.noise2000, signal),
    ),

  // Each with another byte at its end, so that no quarantine knows it.
  'pictures that hide thousands of faces': ({ port, pictures, signal }) =>
    repeat(4, signal, (number) =>
      post(
        port,
        `/v1/redact?minFaceSize=97&${everything}&margin=1&shape=box&format=png`,
        'image/webp',
        Buffer.concat([pictures.flatWithAlpha, Buffer.from(`${number} ${performance.now()}`)]),
        signal,
      ),
    ),

  'large bodies of deep pictures': ({ port, pictures, bodyBytes, signal }) => {
    const body = Buffer.alloc(bodyBytes);
    pictures.deepTiff.copy(body);
    return repeat(40, signal, () => post(port, '/v1/redact?format=png&minFaceSize=1000', 'image/tiff', body, signal));
  },

  'batches that trickle': ({ port, pictures, signal }) => {
    const part = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'),
      pictures.tiny,
      Buffer.from('\r\n'),
    ]);
    return repeat(40, signal, async () => {
      const socket = await open(port, signal);
      socket.resume();
      socket.write(postHead('/v1/batch', 'multipart/form-data; boundary=b', 100_000_000));
      await trickle(socket, 12_000, part);
    });
  },

  // To a service that takes films; each as long as it lets one be.
  'films of many large frames': ({ port, pictures, signal }) =>
    repeat(4, signal, async () => {
      const socket = await open(port, signal);
      socket.resume();
      socket.write(postHead(`/v1/tracks?minFaceSize=12&${everything}`, 'video/x-matroska', pictures.film.length));
      socket.write(pictures.film);
      await eventOf(socket, 'end');
      socket.destroy();
    }),

  'answers that nobody reads': ({ port, pictures, signal }) =>
    repeat(20, signal, async () => {
      const socket = await open(port, signal);
      socket.pause();
      socket.write(postHead(`/v1/faces?minFaceSize=12&${everything}`, 'image/webp', pictures.noise500.length));
      socket.write(pictures.noise500);
      await eventOf(socket, 'close');
    }),

  'bodies without end where none is read': ({ port, signal }) => {
    const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
    return repeat(4, signal, async () => {
      const socket = await open(port, signal);
      socket.resume();
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      while (!socket.destroyed && socket.writable) {
        if (!socket.write(chunk)) await eventOf(socket, 'drain');
      }
    });
  },

  'streams that send nothing, or a byte at a time': ({ port, bodyBytes, signal }) =>
    repeat(40, signal, async (number) => {
      const socket = await openWebSocket(port, '', signal);
      socket.resume();
      if (number % 2) await trickle(socket, 1000, frameOf(Buffer.alloc(bodyBytes)).subarray(0, 100));
      else await eventOf(socket, 'close');
    }),

  'streams of dear frames, faster than they are searched': ({ port, pictures, signal }) =>
    repeat(16, signal, async () => {
      const socket = await openWebSocket(port, `?minFaceSize=12&maxGap=10&${everything}`, signal);
      socket.resume();
      await trickle(socket, 20, frameOf(pictures.noise500));
    }),

  'streams whose answers nobody reads': ({ port, pictures, signal }) =>
    repeat(16, signal, async () => {
      const socket = await openWebSocket(port, `?minFaceSize=12&${everything}`, signal);
      socket.pause();
      await trickle(socket, 50, frameOf(pictures.noise500));
    }),

  'streams of large frames that are no images, pings and garbage': ({ port, bodyBytes, signal }) => {
    const frame = frameOf(Buffer.alloc(bodyBytes));
    const pings = Buffer.concat(Array.from({ length: 1000 }, () => frameOf(Buffer.alloc(125), 9)));
    const kinds = [frame, pings, Buffer.alloc(1000, 0xff)];
    return repeat(12, signal, async (number) => {
      const socket = await openWebSocket(port, '', signal);
      while (!socket.destroyed && socket.writable) {
        if (!socket.write(kinds[number % kinds.length])) await eventOf(socket, 'drain');
        else await pause(1);
      }
    });
  },

  'bodies a byte a second': ({ port, signal }) =>
    repeat(40, signal, async () => {
      const socket = await open(port, signal);
      socket.resume();
      socket.write(postHead('/face', 'multipart/form-data; boundary=b', 1_000_000));
      await trickle(socket, 1000, '-');
    }),
};

/** A function that begins the next kind of attack on a port; the one that it gives back ends it. */
export function attackInTurn(pictures) {
  const kinds = Object.values(attackers);
  let next = 0;
  return (port, bodyBytes) => {
    const over = new AbortController();
    const attacking = kinds[next++ % kinds.length]({ port, pictures, bodyBytes, signal: over.signal });
    return () => {
      over.abort();
      return attacking;
    };
  };
}
