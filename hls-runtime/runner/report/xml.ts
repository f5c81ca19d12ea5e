/** A small reader of the XML that the tools write: elements with text, no namespaces. Hostile text gives an error, never a hang. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Deepest nesting and most elements that are accepted. */
const DEEPEST = 200;
const MAX_ELEMENTS = 1_000_000;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_all, name: string) => ENTITIES[name] as string);
}

/** @throws Error saying what is wrong with the text. */
export function parseXml(text: string): XmlElement {
  const token = /<!--|<\?|<!|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/g;
  const root: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const open: OpenElement[] = [root];
  let at = 0;
  let count = 0;
  for (;;) {
    const next = text.indexOf('<', at);
    const top = open.at(-1) as OpenElement;
    if (next < 0) break;
    if (next > at && open.length > 1) top.text += text.slice(at, next);
    token.lastIndex = next;
    const match = token.exec(text);
    if (match === null || match.index !== next) throw new Error(`it is no XML at character ${next}`);
    at = token.lastIndex;
    if (match[0] === '<!--' || match[0] === '<?' || match[0] === '<!') {
      const end = match[0] === '<!--' ? '-->' : match[0] === '<?' ? '?>' : '>';
      const stop = text.indexOf(end, at);
      if (stop < 0) throw new Error('it ends within a comment or declaration');
      at = stop + end.length;
      continue;
    }
    if (match[1] !== undefined) {
      if (open.length < 2 || top.name !== match[1])
        throw new Error(`it closes <${match[1].slice(0, 50)}>, which is not open`);
      close(open);
      continue;
    }
    count += 1;
    if (count > MAX_ELEMENTS || open.length > DEEPEST) throw new Error('it has too many elements');
    const attributes: Record<string, string> = {};
    for (const [, name, double, single] of (match[3] ?? '').matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
      attributes[name as string] = decode(double ?? single ?? '');
    open.push({ name: match[2] as string, attributes, children: [], text: '' });
    if (match[4] === '/') close(open);
  }
  if (open.length > 1) throw new Error(`it ends within <${(open.at(-1) as OpenElement).name}>`);
  const [first] = root.children;
  if (first === undefined) throw new Error('it has no element');
  return first;
}

function close(open: OpenElement[]): void {
  const done = open.pop() as OpenElement;
  (open.at(-1) as OpenElement).children.push({ ...done, text: decode(done.text).trim() });
}

/** First descendant along a path of names. */
export function xmlPath(element: XmlElement, ...names: readonly string[]): XmlElement | undefined {
  let at: XmlElement | undefined = element;
  for (const name of names) at = at?.children.find((child) => child.name === name);
  return at;
}
