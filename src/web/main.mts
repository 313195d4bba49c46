import { Camera, CameraError } from './camera.mjs';
import { create, element } from './element.mjs';
import { takeFiles } from './intake.mjs';
import { decode, type Picture } from './picture.mjs';
import { drawSample, samplePicture, samples } from './samples.mjs';
import { View } from './view.mjs';

const view = new View();
const cameraButton = element('camera', HTMLButtonElement);
let camera: Camera | undefined;

function closeCamera(): void {
  camera?.close();
  camera = undefined;
  view.isLive = false;
  cameraButton.textContent = 'Webcam';
}

async function openCamera(): Promise<Camera> {
  cameraButton.disabled = true; // the browser may be asking for permission
  try {
    camera = await Camera.open();
    view.isLive = true;
    cameraButton.textContent = 'Stop webcam';
    return camera;
  } finally {
    cameraButton.disabled = false;
  }
}

/**
 * Sends frames one by one, each after the answer to the one before, until the webcam is closed or the service fails.
 */
async function watch(): Promise<void> {
  const own = await openCamera();
  while (own.isOpen) {
    const frame = await own.frame();
    const error = frame && own.isOpen ? await view.show(frame) : undefined;
    if (!error) continue;
    if (error.retryAfter === undefined) break;
    await new Promise((resolve) => setTimeout(resolve, (error.retryAfter ?? 0) * 1000));
  }
  if (camera === own) closeCamera();
}

async function openOrCloseCamera(): Promise<void> {
  if (camera) return closeCamera();
  try {
    await watch();
  } catch (error) {
    closeCamera();
    if (!(error instanceof CameraError)) throw error;
    view.fail('There is no picture from the webcam.', error.message);
  }
}
cameraButton.addEventListener('click', () => void openOrCloseCamera());

function showStill(picture: Promise<Picture>): void {
  closeCamera();
  void view.show(picture);
}

takeFiles(
  (file, isFile) => showStill(decode(file).then((drawable) => ({ name: file.name, isFile, blob: file, drawable }))),
  (title, detail) => view.fail(title, detail),
);

element('samples', HTMLUListElement).append(
  ...samples.map((sample) => {
    const button = create('button', { type: 'button' }, drawSample(sample), create('span', {}, sample.title));
    button.addEventListener('click', () => showStill(samplePicture(sample)));
    return create('li', {}, button);
  }),
);
