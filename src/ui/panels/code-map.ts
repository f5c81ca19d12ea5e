/** Between generated code and instances: processes and channels are named after the instance that they belong to. */

/** The instance that an identifier belongs to: the one with the longest fitting name. */
export function instanceOfName(name: string, instances: readonly string[]): string | undefined {
  let best: string | undefined;
  for (const id of instances) {
    if ((name === id || name.startsWith(`${id}_`)) && id.length > (best?.length ?? 0)) best = id;
  }
  return best;
}

/** The instance at a place in the code: by the word there, else by the process around it. */
export function instanceAt(
  text: string,
  line: number,
  word: string | undefined,
  instances: readonly string[],
): string | undefined {
  const direct = word === undefined ? undefined : instanceOfName(word, instances);
  if (direct) return direct;
  const lines = text.split('\n');
  for (let at = Math.min(line, lines.length) - 1; at >= 0; at -= 1) {
    const start = /^static void (\w+)\(/.exec(lines[at] ?? '');
    if (start?.[1]) return instanceOfName(start[1], instances);
    if (lines[at] === '}' && at < line - 1) return undefined;
  }
  return undefined;
}

/** The first line of an instance's first process, counted from 1. */
export function lineOfInstance(text: string, instance: string, instances: readonly string[]): number | undefined {
  const at = text.split('\n').findIndex((line) => {
    const name = /^static void (\w+)\(/.exec(line)?.[1];
    return name !== undefined && instanceOfName(name, instances) === instance;
  });
  return at < 0 ? undefined : at + 1;
}
