import { spawn } from 'node:child_process';
import sharp from 'sharp';
import { testImage } from '../lib/images.mjs';
import { quiet, startService } from '../lib/service.mjs';
import { until } from '../lib/until.mjs';
import { ask } from './ask.mjs';

// Node.js reads 64 KB at a time: one byte a second takes a client of its own, with a small buffer.
const client = `
import socket, sys, time
body = sys.stdin.buffer.read()
wire = socket.socket()
wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
wire.connect(("127.0.0.1", int(sys.argv[1])))
head = "POST /v1/redact?maxSide=100&format=png HTTP/1.1\\r\\nHost: a\\r\\nContent-Type: image/jpeg\\r\\nContent-Length: %d\\r\\n\\r\\n"
wire.sendall((head % len(body)).encode())
wire.sendall(body)
try:
    while wire.recv(1):
        time.sleep(1)
except OSError:
    pass
`;

/** A client asks for a picture of some 60 MB and reads a byte of it each second. */
export async function slowReader(expect) {
  const service = await startService({ WORKERS: '1', BODY_TIMEOUT_MS: '3000' }, quiet);
  const noise = { width: 5000, height: 4000, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 60 } };
  const large = await sharp({ create: { ...noise, background: '#000' } })
    .jpeg({ quality: 60 })
    .toBuffer();
  const reader = spawn('python3', ['-c', client, String(service.port)], { stdio: ['pipe', 'ignore', 'inherit'] });
  reader.stdin.end(large);
  await until(async () => (await service.metric('face_detector_stage_duration_seconds_count')) > 0, 50);
  await until(async () => (await service.metric('face_detector_queue_depth')) === 1, 50);
  const meanwhile = await ask(service, '/v1/faces', await testImage());
  expect(meanwhile === '200', 'others are answered meanwhile', meanwhile);
  const ms = await until(async () => (await service.metric('face_detector_queue_depth')) === 0, 50);
  const status = await service.stop();
  expect(status === 0, 'SIGTERM ends it with 0', status);
  reader.kill();
  return { seatHeldSeconds: Math.round(ms / 100) / 10 };
}
