import { create, element } from './element.mjs';
import type { Face } from './face-service.mjs';
import { drawFaces } from './overlay.mjs';
import { type Drawable, sizeOf } from './picture.mjs';

/** The area with the picture and the overlay of its faces, or the cropped faces. */
export class Stage {
  readonly #frame = element('frame', HTMLDivElement);
  readonly #crops = element('crops', HTMLUListElement);
  readonly #empty = element('empty', HTMLLabelElement);
  readonly #stage = element('stage', HTMLDivElement);
  readonly #overlay = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  #shown: { drawable: Drawable; faces: readonly Face[] } | undefined;

  constructor() {
    this.#overlay.setAttribute('aria-hidden', 'true');
    // Lines have a constant width on the screen, so redraw them when the size changes.
    new ResizeObserver(() => this.#draw()).observe(this.#frame);
  }

  set isBusy(isBusy: boolean) {
    this.#stage.setAttribute('aria-busy', String(isBusy));
  }

  /** Shows a picture with these faces marked; `text` describes it for screen readers. */
  showPicture(drawable: Drawable, faces: readonly Face[], text: string): void {
    const { width, height } = sizeOf(drawable);
    drawable.setAttribute('role', 'img');
    drawable.setAttribute('aria-label', text);
    this.#frame.style.setProperty('--width', String(width));
    this.#frame.style.setProperty('--height', String(height));
    if (this.#frame.firstChild !== drawable) this.#frame.replaceChildren(drawable, this.#overlay);
    this.#shown = { drawable, faces };
    this.#only(this.#frame);
    this.#draw();
  }

  /** Shows the faces of an answer of /v1/crops, each with a link that saves it. */
  showCrops(faces: readonly Face[], format: string, name: string): void {
    const items = faces.flatMap(({ crop, confidence }, i) => {
      if (!crop) return [];
      const href = `data:image/${format};base64,${crop.data}`;
      const { width, height } = crop;
      const image = create('img', { src: href, alt: `Face ${i + 1}`, width, height });
      const download = `${name}-face-${i + 1}.${format}`;
      const link = create('a', { href, download, title: `Save ${download}` }, image);
      return [create('li', {}, link, create('small', {}, confidence.toFixed(3)))];
    });
    this.#crops.replaceChildren(...items);
    this.#only(this.#crops);
  }

  /** Shows that there is no picture. */
  clear(): void {
    this.#shown = undefined;
    this.#only(this.#empty);
  }

  #only(visible: HTMLElement): void {
    for (const one of [this.#frame, this.#crops, this.#empty]) one.hidden = one !== visible;
  }

  #draw(): void {
    const { clientWidth: width } = this.#frame;
    if (!this.#shown || width === 0) return;
    drawFaces(this.#overlay, this.#shown.faces, width / sizeOf(this.#shown.drawable).width, width);
  }
}
