/** Levels of detail by zoom. The size of a node is the same on all of them. */

/** Below this zoom a node is a box with its title. */
export const FAR = 0.4;
/** Below this one no title could be read: it is a block with a glyph. */
export const BLOCK = 0.19;
