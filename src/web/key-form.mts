import { element } from './element.mjs';

/** Asks for an API key, which is sent only to the service, and kept only as long as the page is open. */
export class KeyForm {
  readonly #form = element('key-form', HTMLFormElement);
  readonly #input = element('key', HTMLInputElement);

  constructor(onKey: (key: string) => void) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#form.hidden = true;
      onKey(this.#input.value.trim());
      this.#input.value = '';
    });
  }

  show(): void {
    this.#form.hidden = false;
  }
}
