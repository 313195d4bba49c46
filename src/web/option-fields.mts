import type { ViewName } from './ask.mjs';
import { Controls, type OptionControl } from './controls.mjs';
import { element } from './element.mjs';
import type { Description, Model } from './face-service.mjs';

// Steps with about the same effect on time, which grows with the inverse square of the size.
const sizes = [12, 16, 20, 24, 30, 36, 48, 60, 80, 100, 140, 200, 300];
const sides = [240, 320, 480, 640, 800, 1024, 1280, 1600, 2048, 3072, 4096];
// Below these, nearly everything counts as a face, and the search takes accordingly long.
const thresholds = [0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99];
const margins = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1];

const searchOptions: OptionControl[] = [
  { name: 'model', title: 'Model' },
  { name: 'minFaceSize', title: 'Minimum face size', stops: sizes, unit: ' px' },
  { name: 'maxSide', title: 'Maximum side', stops: sides, unit: ' px', unset: 'as it is' },
  { name: 'orientation', title: 'Way up' },
  { name: 'faceQuality', title: 'Measure faces' },
  { name: 'pnetThreshold', title: 'P-Net threshold', stops: thresholds, onlyWith: ['model', 'mtcnn'] },
  { name: 'rnetThreshold', title: 'R-Net threshold', stops: thresholds, onlyWith: ['model', 'mtcnn'] },
  { name: 'onetThreshold', title: 'O-Net threshold', stops: thresholds, onlyWith: ['model', 'mtcnn'] },
];
const redactOptions: OptionControl[] = [
  { name: 'mode', title: 'By' },
  { name: 'shape', title: 'Shape' },
  { name: 'margin', title: 'Margin', stops: margins },
];
const cropsOptions: OptionControl[] = [
  { name: 'align', title: 'Upright' },
  {
    name: 'size',
    title: 'Size',
    stops: [64, 96, 112, 128, 160, 224, 256],
    unit: ' px',
    start: 112,
    onlyWith: ['align', 'true'],
  },
  { name: 'margin', title: 'Margin', stops: margins, start: 0, onlyWith: ['align', 'false'] },
];

const cropOptions: OptionControl[] = [
  { name: 'zoom', title: 'Zoom', stops: [0, 0.25, 0.5, 0.75, 1] },
  { name: 'fit', title: 'Fit' },
];
// The service needs a size; index.html names this one.
const cropSize: [string, string][] = [
  ['width', '400'],
  ['height', '300'],
];
// With a model without landmarks the service refuses any other value.
const withoutPoints = { orientation: 'exif', faceQuality: 'false' };

// A dragged slider gives many values: send a request once it has rested this long.
const restMs = 120;

/** All options of the page. */
export class Options {
  readonly #search: Controls;
  readonly #own: Partial<Record<ViewName, Controls>>;
  readonly #noPoints = element('no-points', HTMLElement);
  #models: readonly Model[] = [];
  #streamed: ReadonlySet<string> = new Set();
  areDescribed = false;

  constructor(onChange: () => void) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onInput = () => {
      this.#fitModel();
      clearTimeout(timer);
      timer = setTimeout(onChange, restMs);
    };
    this.#search = new Controls(element('search-options', HTMLFieldSetElement), searchOptions, onInput);
    this.#own = {
      redacted: new Controls(element('redact-options', HTMLFieldSetElement), redactOptions, onInput),
      crops: new Controls(element('crops-options', HTMLFieldSetElement), cropsOptions, onInput),
      crop: new Controls(element('crop-options', HTMLFieldSetElement), cropOptions, onInput),
    };
    element('reset', HTMLButtonElement).addEventListener('click', () => {
      this.#search.reset();
    });
  }

  /** Creates the controls for the service's parameters and models. */
  describe({ parametersOf, models }: Description): void {
    if (this.areDescribed) return;
    this.areDescribed = true;
    this.#models = models;
    this.#streamed = new Set((parametersOf.get('/v1/stream') ?? []).map(({ name }) => name));
    this.#search.describe(parametersOf.get('/v1/faces') ?? []);
    this.#own.redacted?.describe(parametersOf.get('/v1/redact') ?? []);
    this.#own.crops?.describe(parametersOf.get('/v1/crops') ?? []);
    this.#own.crop?.describe(parametersOf.get('/v1/crop') ?? []);
    this.#fitModel();
  }

  /** Faces without landmarks cannot be aligned or measured: the service refuses to. */
  #fitModel(): void {
    const model = this.#models.find(({ name }) => name === this.#search.chosen('model'));
    const hasPoints = model?.landmarks ?? true;
    this.#own.crops?.fix('align', hasPoints ? undefined : 'false');
    for (const [name, value] of Object.entries(withoutPoints)) this.#search.fix(name, hasPoints ? undefined : value);
    this.#noPoints.hidden = hasPoints;
    this.#noPoints.textContent = `${model?.name} finds no points to turn faces upright by.`;
  }

  /** Shows the controls of this view only. */
  showFor(view: ViewName): void {
    for (const [name, { fieldset }] of Object.entries(this.#own)) fieldset.hidden = name !== view;
  }

  /** The model that searches. */
  get model(): string {
    return this.#search.chosen('model') ?? '';
  }

  /** Whether the service takes these options for frames of a stream; not before they are described. */
  areForStream(options: URLSearchParams): boolean {
    return this.#streamed.size > 0 && [...options.keys()].every((name) => this.#streamed.has(name));
  }

  of(view: ViewName): URLSearchParams {
    const needed = view === 'crop' ? cropSize : [];
    return new URLSearchParams([...needed, ...(this.#own[view]?.entries() ?? []), ...this.#search.entries()]);
  }
}
