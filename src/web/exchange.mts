import { copyBy } from './copy-button.mjs';
import { element } from './element.mjs';

/** Indented JSON; if `isShort`, only the first characters of pictures. */
function pretty(json: object, isShort: boolean): string {
  const cut = (name: string, value: unknown) =>
    isShort && name === 'data' && typeof value === 'string' ? `${value.slice(0, 24)}... (${value.length})` : value;
  return JSON.stringify(json, cut, 2);
}

/** The request for what is on the screen, as a curl command, and its answer, both with a copy button. */
export class Exchange {
  readonly #request = element('curl', HTMLElement);
  readonly #answer = element('json', HTMLElement);
  #json: object | undefined;

  constructor() {
    copyBy('copy-curl', this.#request, () => this.#request.textContent ?? '');
    copyBy('copy-json', this.#answer, () => (this.#json ? pretty(this.#json, false) : ''));
  }

  set request(line: string) {
    this.#request.textContent = line;
  }

  /** The file that the curl command reads, if the user does not have it: a button saves it under that name. */
  set missingFile(name: string | undefined) {
    element('no-file', HTMLElement).hidden = name === undefined;
    element('save-picture', HTMLButtonElement).textContent = `Save ${name}`;
  }

  set answer(json: object) {
    this.#json = json;
    this.#answer.textContent = pretty(json, true);
  }
}
