import { type Answer, type FaceService, ServiceError } from './face-service.mjs';

/** The service's answer to one frame, or why there is none; without `index`, why it ends the stream. */
interface Message {
  index?: number;
  width: number;
  height: number;
  faces: Answer['faces'];
  timings: Record<string, number>;
  error?: { title: string; detail: string; status: number };
}

/** The faces of a frame, with the ids that they keep. */
export type Followed = Message & { index: number };

/** An API key as a sub-protocol: base64url of its letters, which are ASCII. */
const keyProtocol = (key: string) => `key.${btoa(key).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;

function errorOf({ title, detail, status }: NonNullable<Message['error']>): ServiceError {
  const isTransient = [408, 503, 504].includes(status);
  return new ServiceError(`${title}.`, detail, status, isTransient ? 1 : undefined, { title, detail, status });
}

/** A WebSocket to /v1/stream, opened for the first frame and again for other options: a frame, then its faces. */
export class FaceStream {
  readonly #service: FaceService;
  #socket: WebSocket | undefined;
  /** Whether something between here and the service lets no WebSocket through. */
  isBlocked = false;
  /** Whether a frame has no answer yet. */
  isAsking = false;

  constructor(service: FaceService) {
    this.#service = service;
  }

  /** Where frames with these options go. */
  url(options: URLSearchParams): URL {
    const url = this.#service.url('stream', options);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url;
  }

  /** The faces of a frame, which must be answered before the next. Rejects with ServiceError. */
  async follow(frame: Blob, options: URLSearchParams): Promise<Followed> {
    this.isAsking = true;
    try {
      return await this.#answer(await this.#open(options), frame);
    } finally {
      this.isAsking = false;
    }
  }

  #answer(socket: WebSocket, frame: Blob): Promise<Followed> {
    return new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data as string) as Message;
        if (message.error) reject(errorOf(message.error));
        else resolve(message as Followed);
      };
      socket.onclose = () => reject(this.#service.unreachable());
      socket.send(frame);
    });
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #open(options: URLSearchParams): Promise<WebSocket> {
    const { href } = this.url(options);
    const { key } = this.#service;
    if (this.#socket?.readyState === WebSocket.OPEN && this.#socket.url === href) return this.#socket;
    this.close();
    const socket = new WebSocket(href, ['faces.v1', ...(key ? [keyProtocol(key)] : [])]);
    this.#socket = socket;
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.onopen = () => resolve(true);
      socket.onclose = () => resolve(false);
    });
    if (isOpen) return socket;
    const isClosedHere = this.#socket !== socket;
    throw isClosedHere ? this.#service.unreachable() : await this.#refusal(options);
  }

  /** Why there is no WebSocket, which browsers do not say: the service does to a plain request. */
  async #refusal(options: URLSearchParams): Promise<ServiceError> {
    const error = await this.#service.refusal('stream', options);
    this.isBlocked = error.status === 426;
    return error;
  }
}
