import type { ViewName } from './ask.mjs';
import { element } from './element.mjs';
import type { Answer, Model } from './face-service.mjs';

/** The status line under the picture, and the errors above it. */
export class Messages {
  readonly #status = element('status', HTMLParagraphElement);
  readonly #error = element('error', HTMLDivElement);
  readonly #retry = element('retry', HTMLButtonElement);

  constructor(onRetry: () => void) {
    this.#retry.addEventListener('click', onRetry);
  }

  /** Whether screen readers skip status changes: for the frames of a webcam. */
  set isQuiet(isQuiet: boolean) {
    this.#status.setAttribute('aria-live', isQuiet ? 'off' : 'polite');
  }

  status(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  error(title: string, detail: string, canRetry: boolean): void {
    element('error-title', HTMLElement).textContent = title;
    element('error-detail', HTMLElement).textContent = detail;
    this.#retry.hidden = !canRetry;
    this.#error.hidden = false;
  }

  /** Shows a note if another model stands in for the configured one. */
  standIn(models: readonly Model[]): void {
    const { name, standsInFor } = models.find((model) => model.standsInFor !== null) ?? {};
    const note = element('stand-in', HTMLElement);
    note.hidden = standsInFor === undefined;
    note.textContent =
      `${name} stands in for ${standsInFor}, whose weights this server does not have: it misses many faces and gives no points. ` +
      `There, run npx opencv-face-detector models fetch ${standsInFor}, then start it again.`;
  }

  clearError(): void {
    this.#error.hidden = true;
  }
}

const done: Record<ViewName, string> = {
  boxes: 'found on',
  redacted: 'hidden on',
  crops: 'cut out of',
  crop: 'found on',
};

/** Such as "3 faces found on photo.jpg". */
export function summary({ faces }: Answer, view: ViewName, name: string): string {
  const count = faces.length === 0 ? 'No face' : faces.length === 1 ? '1 face' : `${faces.length} faces`;
  return `${count} ${faces.length === 0 ? 'found on' : done[view]} ${name}`;
}
