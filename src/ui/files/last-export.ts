import { get, set } from 'idb-keyval';
import { formatDesign, parseDesign } from '../../core/design/schema.ts';
import type { Design } from '../../core/design/types.ts';

/** What was exported last, so that the code can be compared with it. */
const KEY = 'flexllm-composer/last-export';

export async function rememberExport(design: Design): Promise<void> {
  await set(KEY, formatDesign(design)).catch(() => undefined);
}

export async function lastExport(): Promise<Design | undefined> {
  const text = await get<unknown>(KEY).catch(() => undefined);
  const result = typeof text === 'string' ? parseDesign(text) : undefined;
  return result?.ok ? result.design : undefined;
}
