const maxShownLength = 300;

/** Shortens a long path for messages by dropping its middle; more of the end is kept, which tells more. */
export function cutPath(path: string): string {
  return path.length <= maxShownLength ? path : `${path.slice(0, 100)}…${path.slice(101 - maxShownLength)}`;
}

/** Shortens all overlong words of a message. */
export function cutWords(message: string): string {
  return message.replace(/\S+/g, cutPath);
}
