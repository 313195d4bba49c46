import { spawnSync } from 'node:child_process';

/** A film of noise, 4096 x 2160 at 1000 frames a second; without ffmpeg, which takes part in the attack as well, no bytes. */
export function makeFilm() {
  const source = ['-f', 'lavfi', '-i', 'nullsrc=size=512x270:rate=1000:duration=0.06,geq=random(1)*255:128:128'];
  const coded = ['-vf', 'scale=4096:2160:flags=neighbor', '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '40'];
  const { stdout } = spawnSync('ffmpeg', ['-v', 'error', ...source, ...coded, '-f', 'matroska', 'pipe:1'], {
    maxBuffer: 2 ** 28,
  });
  return stdout ?? Buffer.alloc(0);
}
