/** `1 face`, `2 faces`: for nouns that take an s. */
export const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
