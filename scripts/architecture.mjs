/** The picture of docs/architecture.md, made from the sources: folders in their order, and a dot where one imports another. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ROOT } from './ensure.mjs';
import { CORE, UI } from './folders.mjs';

const THEMES = {
  light: { ground: '#ffffff', text: '#1c2430', muted: '#5b6675', line: '#d5dbe3', core: '#1d4ed8', ui: '#7c3aed' },
  dark: { ground: '#12161c', text: '#e6ebf2', muted: '#9aa6b5', line: '#313b48', core: '#7aa2ff', ui: '#c4a5ff' },
};
const ROW = 24;
const NAME = 104;
const WHAT = 400;
const CELL = 16;

function sources(folder) {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry) && !/\.test\./.test(entry) ? [path] : [];
  });
}

/** Which of the folders import which: `from to`. */
function edgesOf(root, folders) {
  const names = new Set(folders.map(([name]) => name));
  const edges = new Set();
  for (const file of sources(root)) {
    const [here] = relative(root, file).split(sep);
    if (!names.has(here)) continue;
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import\(|import|URL\() ?'(\.[^']+)'/g)) {
      const [there] = relative(root, resolve(dirname(file), target)).split(sep);
      if (names.has(there) && there !== here) edges.add(`${here} ${there}`);
    }
  }
  return edges;
}

const text = (x, y, content, colour, more = '') =>
  `<text x="${x}" y="${y}" fill="${colour}"${more ? ` ${more}` : ''}>${content}</text>`;

/** A list of folders with their subjects, and beside it a dot per import: a row imports the columns that have one. */
function block(top, title, root, folders, colour, theme) {
  const edges = edgesOf(root, folders);
  const left = 24 + NAME + WHAT;
  const height = folders.length * ROW;
  const parts = [text(24, top + 12, title, theme.text, 'font-weight="700" font-size="14"')];
  const start = top + 28;
  folders.forEach(([name, what], row) => {
    const y = start + row * ROW;
    const x = left + row * CELL;
    parts.push(`<path d="M24 ${y + ROW}H${left + folders.length * CELL}" stroke="${theme.line}" stroke-width="1"/>`);
    parts.push(text(24, y + 16, name, colour, 'font-weight="600"'), text(24 + NAME, y + 16, what, theme.muted));
    // The folder itself, on the diagonal: nothing is to the right of it.
    parts.push(`<rect x="${x + 4}" y="${y + 8}" width="8" height="8" rx="2" fill="none" stroke="${colour}"/>`);
    folders.forEach(([other], column) => {
      if (edges.has(`${name} ${other}`))
        parts.push(`<circle cx="${left + column * CELL + 8}" cy="${y + 12}" r="3.5" fill="${colour}"/>`);
    });
  });
  return { svg: parts.join('\n'), bottom: start + height, width: left + folders.length * CELL + 24 };
}

/** The picture in a theme, as SVG. The same for the same imports. */
export function architecturePicture(name) {
  const theme = THEMES[name];
  const core = block(20, 'src/core', join(ROOT, 'src/core'), CORE, theme.core, theme);
  const ui = block(core.bottom + 32, 'src/ui', join(ROOT, 'src/ui'), UI, theme.ui, theme);
  const width = Math.max(core.width, ui.width);
  const height = ui.bottom + 44;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
<title>Folders of the product in the order of their dependencies</title>
<rect width="100%" height="100%" fill="${theme.ground}"/>
${core.svg}
${ui.svg}
${text(24, ui.bottom + 26, 'A dot: the folder of the row imports that of the column. The column of a folder is where its square is.', theme.muted, 'font-size="12"')}
</svg>
`;
}
