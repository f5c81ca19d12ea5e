import { deflateSync, strFromU8, strToU8 } from 'fflate';
import { MAX_DESIGN_TEXT } from '../../core/design/numbers.ts';
import { formatDesign } from '../../core/design/schema.ts';
import type { Design } from '../../core/design/types.ts';
import { fileInZip, inflateWithin } from '../../core/generate/unzip.ts';

/** Designs in links, pictures and archives. What comes out passes the same checks as a file. */

const PREFIX = '#d=1.';
/** Longer addresses are cut by mail programs and chats, so none is made, and none is read. */
const MAX_LINK = 32_000;

function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The hash of a link that opens a design, or why there can be none. */
export function shareHash(design: Design): { readonly hash: string } | { readonly refused: string } {
  const hash = PREFIX + base64url(deflateSync(strToU8(JSON.stringify(JSON.parse(formatDesign(design)))), { level: 9 }));
  if (hash.length <= MAX_LINK) return { hash };
  return {
    refused: `This design would make a link of ${Math.ceil(hash.length / 1000)} kB; mail programs and chats cut links above ${MAX_LINK / 1000} kB. Save the design and send the file.`,
  };
}

export const isShareHash = (hash: string): boolean => hash.startsWith('#d=');

/** The text of the design in a link. */
export function readShareHash(hash: string): { readonly text: string } | { readonly problem: string } {
  if (!hash.startsWith(PREFIX))
    return { problem: 'This link was made by a newer version of the composer; reload the page to get that version.' };
  if (hash.length > MAX_LINK)
    return {
      problem: `The link has ${Math.ceil(hash.length / 1000)} kB, more than the ${MAX_LINK / 1000} kB of the longest that the composer makes; ask for the design file.`,
    };
  try {
    const bytes = inflateWithin(fromBase64url(hash.slice(PREFIX.length)), MAX_DESIGN_TEXT);
    return { text: `${JSON.stringify(JSON.parse(strFromU8(bytes)), null, 2)}\n` };
  } catch {
    return { problem: 'The link is incomplete or damaged; ask for it again, or for the design file.' };
  }
}

const MARK = 'flexllm-composer-design';

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The design as a part of an SVG picture. */
export const designMetadata = (design: Design): string =>
  `<metadata id="${MARK}">${escapeXml(formatDesign(design))}</metadata>`;

/** The design inside a picture that `designMetadata` was put into. */
export function designInSvg(svg: string): string | undefined {
  const start = svg.indexOf(`<metadata id="${MARK}">`);
  const end = start < 0 ? -1 : svg.indexOf('</metadata>', start);
  if (end < 0) return undefined;
  const text = svg.slice(svg.indexOf('>', start) + 1, end);
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** The design inside an exported project, or what is wrong with it; undefined when there is none. */
export function designInZip(bytes: Uint8Array): { readonly text: string } | { readonly problem: string } | undefined {
  const file = fileInZip(bytes, /(^|\/)design(\.flexllm)?\.json$/, MAX_DESIGN_TEXT);
  return file && ('problem' in file ? file : { text: strFromU8(file.bytes) });
}
