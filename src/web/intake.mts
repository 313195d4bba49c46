import { element } from './element.mjs';

/** Called if what was dropped or pasted is not a file. */
export type OnNoFile = (title: string, detail: string) => void;

function firstFile(data: DataTransfer | null): File | undefined {
  return data?.files[0];
}

/**
 * Calls `onFile` with every file that is chosen, dropped anywhere on the page, or pasted; a pasted one may exist only
 * in the clipboard (`isFile` is false).
 */
export function takeFiles(onFile: (file: File, isFile: boolean) => void, onNoFile: OnNoFile): void {
  const input = element('file', HTMLInputElement);
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.value = ''; // so that the same file can be chosen again
    if (file) onFile(file, true);
  });

  let depth = 0; // elements entered and not yet left
  const mark = (change: number) => {
    depth = Math.max(depth + change, 0);
    document.body.classList.toggle('drop', depth > 0);
  };
  document.addEventListener('dragenter', () => mark(1));
  document.addEventListener('dragleave', () => mark(-1));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(-depth);
    const file = firstFile(event.dataTransfer);
    if (file) onFile(file, true);
    else onNoFile('That was no file.', 'Save the picture first, then drop its file here.');
  });

  document.addEventListener('paste', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'password') return;
    const file = firstFile(event.clipboardData);
    if (file) onFile(file, false);
    else onNoFile('There is no picture in the clipboard.', 'Copy a picture or its file, then paste again.');
  });
}
