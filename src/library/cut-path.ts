const longestShown = 300;

/** For messages: a longer path, or whatever was given as one, without its middle. Its end tells more than its start. */
export function cutPath(path: string): string {
  return path.length <= longestShown ? path : `${path.slice(0, 100)}…${path.slice(101 - longestShown)}`;
}

/** A message with all words cut that are too long for one. */
export function cutWords(message: string): string {
  return message.replace(/\S+/g, cutPath);
}
