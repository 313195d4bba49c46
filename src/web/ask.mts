import type { Answer, FaceService, Route } from './face-service.mjs';
import type { FaceStream } from './face-stream.mjs';
import { type Drawable, decode, type Picture, sizeOf } from './picture.mjs';
import { readTimes, type Times } from './times.mjs';

export type ViewName = 'boxes' | 'redacted' | 'crops' | 'crop';

/** The route whose answer each view shows. */
export const routes: Readonly<Record<ViewName, Route>> = {
  boxes: 'faces',
  redacted: 'redact',
  crops: 'crops',
  crop: 'crop',
};

/** Options of each view: those of the search, and for pictures those of the picture as well. */
export type OptionsOf = (view: ViewName) => URLSearchParams;

/** What to show. */
export interface Result {
  answer: Answer;
  /** What the service sent, if that is not `answer`. */
  message?: object;
  /** Times of the view's own route, with `roundTrip` as measured by this page. */
  times: Times;
  /** What the crop shows of the picture, in words. */
  framing?: string;
  /** The picture to show, if the view has one; `isFromService`: drawn by the service, with everything on it. */
  picture?: { drawable: Drawable | undefined; blob: Blob; isFromService: boolean };
}

async function timed<T>(request: Promise<Response>, read: (response: Response) => Promise<T>): Promise<[T, Times]> {
  const started = performance.now();
  const response = await request;
  const body = await read(response);
  const times = readTimes(response.headers.get('Server-Timing'));
  return [body, times.set('roundTrip', performance.now() - started)];
}

const asJson = (response: Response) => response.json() as Promise<Answer>;
const asBlob = (response: Response) => response.blob();

/** Whether the browser shows the picture in the size that the service saw, so that boxes drawn over it fit. */
function agrees({ drawable }: Picture, { image }: Answer): boolean {
  if (!drawable) return false;
  const { width, height } = sizeOf(drawable);
  return width === image.width && height === image.height;
}

async function askBoxes(service: FaceService, picture: Picture, options: URLSearchParams, signal: AbortSignal) {
  const [answer, times] = await timed(service.send('faces', picture.blob, options, signal), asJson);
  if (agrees(picture, answer))
    return { answer, times, picture: { drawable: picture.drawable, blob: picture.blob, isFromService: false } };
  const blob = await asBlob(await service.send('annotate', picture.blob, options, signal));
  return { answer, times, picture: { drawable: await decode(blob), blob, isFromService: true } };
}

/** What the headers of /v1/crop say. */
function framingOf(headers: Headers): string {
  const [x, y, width, height] = (headers.get('X-Crop-Part') ?? '').split(',');
  const point = (headers.get('X-Focal-Point') ?? '').split(',').join(', ');
  return `The crop shows ${width} × ${height} pixels from ${x}, ${y}; the focal point is ${point}.`;
}

/** The faces of a frame of the webcam, followed from those before. */
export async function follow(stream: FaceStream, picture: Picture, options: URLSearchParams, model: string) {
  const started = performance.now();
  const message = await stream.follow(picture.blob, options);
  const { width, height, faces, timings } = message;
  const times = new Map(Object.entries(timings)).set('roundTrip', performance.now() - started);
  const { drawable, blob } = picture;
  const answer = { model, image: { width, height }, faces };
  return { answer, message, times, picture: { drawable, blob, isFromService: false } };
}

/** Requests from the service what `view` shows. Rejects with ServiceError, or with the signal's reason. */
export async function ask(
  service: FaceService,
  picture: Picture,
  view: ViewName,
  optionsOf: OptionsOf,
  signal: AbortSignal,
): Promise<Result> {
  if (view === 'boxes') return askBoxes(service, picture, optionsOf('boxes'), signal);
  const own = service.send(routes[view], picture.blob, optionsOf(view), signal);
  if (view === 'crops') {
    const [answer, times] = await timed(own, asJson);
    return { answer, times };
  }
  // A picture does not tell its faces, so ask for them as well.
  const [[blob, times], [answer]] = await Promise.all([
    timed(own, asBlob),
    timed(service.send('faces', picture.blob, optionsOf('boxes'), signal), asJson),
  ]);
  const shown = { answer, times, picture: { drawable: await decode(blob), blob, isFromService: true } };
  return view === 'crop' ? { ...shown, framing: framingOf((await own).headers) } : shown;
}
