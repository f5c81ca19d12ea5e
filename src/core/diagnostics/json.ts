/** The value of a JSON text. A byte order mark in front, as some editors write it, is not part of it. @throws SyntaxError */
export function parseJson(text: string): unknown {
  return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
}
