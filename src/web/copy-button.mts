import { element } from './element.mjs';

/**
 * Makes a button copy the text of an element, and confirm it for a moment. Browsers allow this only on pages from https
 * or localhost: elsewhere the text is selected, ready for the keyboard.
 */
export function copyBy(buttonId: string, source: HTMLElement, textOf: () => string): void {
  const button = element(buttonId, HTMLButtonElement);
  const name = button.textContent;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(textOf());
      button.textContent = 'Copied';
    } catch {
      getSelection()?.selectAllChildren(source);
      button.textContent = 'Selected';
    }
    setTimeout(() => {
      button.textContent = name;
    }, 1500);
  };
  button.addEventListener('click', () => void copy());
}
