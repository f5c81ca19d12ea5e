/** When the passes of a section run. */
export const SECTIONS = {
  begin: 'once, before the layers',
  layer: 'in every layer',
  end: 'once, after the layers',
  summary: 'after the layers of a summary',
  memory: 'after the layers of a segment',
} as const;
