import { readFile } from 'node:fs/promises';
import type { DetectOptions } from '../../library/detect-options.js';
import { FaceDetector } from '../../library/detector.js';
import { drawFaces } from '../../library/drawn-faces.js';
import type { ImageInput } from '../../library/input.js';
import type { EngineName } from '../../library/native.js';
import { allowedCores } from '../../system/cores.js';

/** Figures of one engine; times are means in milliseconds per image while all cores search. */
export interface EngineFigures {
  engine: EngineName;
  /** Images per second in the median, the slowest and the fastest round. */
  median: number;
  least: number;
  most: number;
  stages: Record<string, number>;
}

export interface Figures {
  images: string;
  faces: number;
  cores: number;
  opencv: string;
  /** The engine that `auto` selects, and why. */
  auto: { engine: EngineName; reason: string };
  engines: EngineFigures[];
}

const roundMs = 500;
const engineNames = ['opencv', 'fused'] as const satisfies EngineName[];

function drawnPicture(): ImageInput {
  const faces = [300, 200, 140, 90, 60, 40].map((height, i) => ({ x: 190 + i * 200, y: 200 + (i % 2) * 300, height }));
  return drawFaces(1280, 720, faces);
}

/** Measures one engine, round by round. */
class Meter {
  readonly detector: FaceDetector;
  readonly #rates: number[] = [];
  readonly #stages = new Map<string, number>();
  #images = 0;

  constructor(detector: FaceDetector) {
    this.detector = detector;
  }

  /** Searches `images` in turn, `slots` at once, for one round. */
  async round(images: readonly ImageInput[], slots: number): Promise<void> {
    const started = performance.now();
    const before = this.#images;
    const searchOn = async () => {
      while (performance.now() - started < roundMs) {
        const { timings } = await this.detector.detect(images[this.#images++ % images.length] as ImageInput);
        for (const [stage, ms] of Object.entries(timings)) this.#stages.set(stage, (this.#stages.get(stage) ?? 0) + ms);
      }
    };
    await Promise.all(Array.from({ length: slots }, searchOn));
    this.#rates.push((1000 * (this.#images - before)) / (performance.now() - started));
  }

  figures(): EngineFigures {
    const rates = this.#rates.toSorted((a, b) => a - b);
    const { queue: _none, ...stages } = Object.fromEntries(
      [...this.#stages].map(([name, ms]) => [name, ms / this.#images]),
    );
    const at = (share: number) => rates[Math.floor(share * (rates.length - 1))] ?? 0;
    return { engine: this.detector.engine, median: at(0.5), least: at(0), most: at(1), stages };
  }
}

/**
 * Measures each engine for `seconds` on the files, or on a drawn picture if there are none. Rejects like
 * `FaceDetector.create` and `detect`, and if a file cannot be read.
 */
export async function measure(files: readonly string[], seconds: number, options: DetectOptions): Promise<Figures> {
  const slots = Math.max(1, Math.min(allowedCores(), (Number(process.env['UV_THREADPOOL_SIZE']) || 4) - 1));
  const images = files.length > 0 ? await Promise.all(files.map((file) => readFile(file))) : [drawnPicture()];
  const auto = await FaceDetector.create(options);
  const create = (engine: EngineName) => FaceDetector.create({ ...options, engine, slots });
  const meters = await Promise.all(engineNames.map(async (engine) => new Meter(await create(engine))));
  let faces = 0;
  for (const { detector } of [{ detector: auto }, ...meters]) {
    faces = 0;
    for (const image of images) faces += (await detector.detect(image)).faces.length; // each engine's first search is not timed
  }
  for (let round = 0; round < Math.max(3, (1000 * seconds) / roundMs); round++) {
    for (const meter of meters) await meter.round(images, slots);
  }
  const { opencvVersion, engine, engineReason } = auto;
  await Promise.all([auto, ...meters.map(({ detector }) => detector)].map((detector) => detector.close()));
  return {
    images: files.length > 0 ? files.join(', ') : 'a drawn picture of 1280 x 720',
    faces,
    cores: slots,
    opencv: opencvVersion,
    auto: { engine, reason: engineReason },
    engines: meters.map((meter) => meter.figures()),
  };
}
