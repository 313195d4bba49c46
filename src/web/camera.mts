import { encode, type Picture } from './picture.mjs';

/** Why the webcam gives no picture, for the user. */
export class CameraError extends Error {}

const reasons: Record<string, string> = {
  NotAllowedError: 'The browser was not allowed to use it. Allow it beside the address of this page, then try again.',
  NotFoundError: 'None was found.',
  NotReadableError: 'Another program may be using it.',
};

async function openStream(): Promise<MediaStream> {
  if (!window.isSecureContext || !navigator.mediaDevices) {
    throw new CameraError('Browsers give it only to pages that come by https or from localhost.');
  }
  try {
    // A size that every webcam supports; larger frames would only be slower.
    return await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 960 }, facingMode: 'user' } });
  } catch (error) {
    const { name, message } = error as DOMException;
    throw new CameraError(reasons[name] ?? message);
  }
}

/** A webcam that is on until it is closed or unplugged. */
export class Camera {
  readonly #video = document.createElement('video');
  readonly #track: MediaStreamTrack;

  private constructor(stream: MediaStream) {
    const [track] = stream.getVideoTracks();
    if (!track) throw new CameraError('It gives no pictures.');
    this.#track = track;
    Object.assign(this.#video, { srcObject: stream, muted: true, playsInline: true });
  }

  /** Asks for the webcam. Rejects with CameraError. */
  static async open(): Promise<Camera> {
    const camera = new Camera(await openStream());
    await camera.#video.play();
    return camera;
  }

  get isOpen(): boolean {
    return this.#track.readyState === 'live';
  }

  /**
   * The current frame. Waits for the next repaint, so that no frames are taken while the page is hidden; undefined if
   * the webcam has been closed meanwhile.
   */
  async frame(): Promise<Picture | undefined> {
    await new Promise(requestAnimationFrame);
    if (!this.isOpen) return undefined;
    const { videoWidth: width, videoHeight: height } = this.#video;
    const frame = Object.assign(document.createElement('canvas'), { width, height });
    frame.getContext('2d')?.drawImage(this.#video, 0, 0);
    return { name: 'webcam.jpg', isFile: false, blob: await encode(frame, 'image/jpeg', 0.9), drawable: frame };
  }

  close(): void {
    this.#track.stop();
    this.#video.srcObject = null;
  }
}
