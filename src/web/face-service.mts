/** A point in pixels of the displayed picture. */
export interface Point {
  x: number;
  y: number;
}

/** How usable a face is: angles in degrees, brightness 0 to 255, the distance of the eyes in pixels. */
export type Quality = Record<'roll' | 'yaw' | 'pitch' | 'sharpness' | 'brightness' | 'size', number>;

export interface Face {
  box: Point & { width: number; height: number };
  /** 0 to 1. */
  confidence: number;
  landmarks?: Record<string, Point>;
  /** Only with faceQuality=true. */
  quality?: Quality;
  /** The face's number while it is followed; /v1/stream only. */
  id?: number;
  /** It was not found in this frame: this is where it should be. */
  isPredicted?: boolean;
  /** The cropped face, `data` in base64; /v1/crops only. */
  crop?: { width: number; height: number; data: string };
}

/** JSON of /v1/faces and /v1/crops. */
export interface Answer {
  model: string;
  image: { width: number; height: number };
  /** Format of the crops. */
  format?: string;
  faces: Face[];
}

export type Route = 'faces' | 'stream' | 'annotate' | 'redact' | 'crops' | 'crop';

/** A parameter in the API description. */
export interface Parameter {
  name: string;
  schema: { minimum?: number; maximum?: number; enum?: string[]; type?: string; default?: number | string | boolean };
}

/** A model that is loaded. */
export interface Model {
  name: string;
  isDefault: boolean;
  /** Whether it finds landmarks. */
  landmarks: boolean;
  /** The model whose weights are missing. */
  standsInFor: string | null;
}

/** The service's description of itself. */
export interface Description {
  /** Parameters of each route by its path. */
  parametersOf: ReadonlyMap<string, Parameter[]>;
  models: readonly Model[];
}

/** An error answer, or none at all, in words for the user. */
export class ServiceError extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    /** HTTP status; 0 if there was no answer at all. */
    readonly status: number,
    /** Seconds after which to retry, if the service says so. */
    readonly retryAfter?: number,
    /** JSON of the answer. */
    readonly problem?: object,
  ) {
    super(`${title}: ${detail}`);
  }

  /** Whether the same request may succeed later. */
  get isRetryable(): boolean {
    return this.status === 0 || [408, 429].includes(this.status) || this.status >= 500;
  }
}

async function refusal(response: Response): Promise<ServiceError> {
  const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
  const { title = `The service answered ${response.status}`, detail = '' } = problem;
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const later = Number.isFinite(retryAfter) ? ` Try again in ${retryAfter} s.` : '';
  const said = detail === title || detail === '' ? '' : `${detail[0]?.toUpperCase()}${detail.slice(1)}.`;
  return new ServiceError(`${title}.`, said + later, response.status, later ? retryAfter : undefined, problem);
}

/** The service that serves this page. Calls reject with ServiceError, or with the signal's reason. */
export class FaceService {
  /** Sent with every request once set. Stored nowhere else. */
  key = '';

  /** Address of a route with these options. */
  url(route: Route, options: URLSearchParams): URL {
    const url = new URL(`v1/${route}`, document.baseURI);
    url.search = options.toString();
    return url;
  }

  async describe(): Promise<Description> {
    const get = (path: string) => this.#fetch(new URL(path, document.baseURI), {});
    const [api, list] = await Promise.all([get('openapi.json'), get('v1/models')]);
    const { paths } = (await api.json()) as { paths: Record<string, Record<string, { parameters?: Parameter[] }>> };
    const { models } = (await list.json()) as { models: Model[] };
    const parametersOf = new Map(
      Object.entries(paths).map(([path, { post, get }]) => [path, (post ?? get)?.parameters ?? []]),
    );
    return { parametersOf, models };
  }

  send(route: Route, picture: Blob, options: URLSearchParams, signal: AbortSignal): Promise<Response> {
    const headers = { 'Content-Type': picture.type.startsWith('image/') ? picture.type : 'application/octet-stream' };
    return this.#fetch(this.url(route, options), { method: 'POST', body: picture, headers, signal });
  }

  /** Why a GET of a route that answers none is refused. */
  async refusal(route: Route, options: URLSearchParams): Promise<ServiceError> {
    try {
      await this.#fetch(this.url(route, options), {});
    } catch (error) {
      if (error instanceof ServiceError) return error;
      throw error;
    }
    return this.unreachable();
  }

  /** For a connection that failed. */
  unreachable(): ServiceError {
    return new ServiceError(
      'The service cannot be reached.',
      navigator.onLine
        ? 'Is it running? A picture far beyond its size limit can end like this, too.'
        : 'You are offline.',
      0,
    );
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.key) headers.set('X-API-Key', this.key);
    const response = await fetch(url, { ...init, headers }).catch((error: unknown) => {
      throw init.signal?.aborted ? error : this.unreachable();
    });
    if (!response.ok) throw await refusal(response);
    return response;
  }
}
