import type { Design } from '../../core/design/types.ts';

/** What the page asks of the generator worker. */
export interface GenerateRequest {
  readonly id: number;
  readonly kind: 'files' | 'zip';
  readonly design: Design;
  /** Address of the page, for files that lie beside it. */
  readonly base: string;
  /** Folder inside the zip. */
  readonly folder: string;
}

export interface CodeFile {
  readonly path: string;
  /** Text, or the number of bytes of a file that is none. */
  readonly content: string | number;
}

export type GenerateResponse =
  | {
      readonly id: number;
      readonly kind: 'files';
      readonly files: readonly CodeFile[];
      readonly notes: readonly string[];
    }
  | { readonly id: number; readonly kind: 'zip'; readonly zip: Uint8Array; readonly notes: readonly string[] }
  | { readonly id: number; readonly kind: 'error'; readonly message: string };
