import { openDialog } from '../state/dialogs.ts';
import { exportProject } from '../export/export.ts';
import { openFile, saveFile, shareLink } from './files.ts';
import type { Action } from './action.ts';

const pictures = () => import('./pictures.ts');

export const DESIGN_ACTIONS: readonly Action[] = [
  { id: 'new', label: 'New design…', group: 'Design', keys: [], run: () => openDialog('new') },
  { id: 'samples', label: 'Open a sample…', group: 'Design', keys: [], run: () => openDialog('samples') },
  {
    id: 'open',
    label: 'Open…',
    group: 'Design',
    keys: ['Mod+O'],
    aliases: ['load', 'import', 'file'],
    always: true,
    run: openFile,
  },
  {
    id: 'save',
    label: 'Save design',
    group: 'Design',
    keys: ['Mod+S'],
    aliases: ['download'],
    always: true,
    run: () => void saveFile(),
  },
  {
    id: 'recover',
    label: 'Recover an earlier state…',
    group: 'Design',
    keys: [],
    aliases: ['revision', 'backup', 'lost'],
    run: () => openDialog('recover'),
  },
  {
    id: 'share',
    label: 'Copy a link to the design',
    group: 'Design',
    keys: [],
    aliases: ['share', 'url'],
    run: () => void shareLink(),
  },
  {
    id: 'picture',
    label: 'Save a picture of the canvas (SVG)',
    group: 'Design',
    keys: [],
    aliases: ['image', 'export', 'paper', 'slide'],
    run: () => void pictures().then(({ savePicture }) => savePicture('svg')),
  },
  {
    id: 'picture-png',
    label: 'Save a picture of the canvas (PNG)',
    group: 'Design',
    keys: [],
    aliases: ['image', 'export', 'slide'],
    run: () => void pictures().then(({ savePicture }) => savePicture('png')),
  },
  {
    id: 'print',
    label: 'Print the canvases…',
    group: 'Design',
    keys: ['Mod+P'],
    aliases: ['paper', 'pdf'],
    run: () => void pictures().then(({ printCanvases }) => printCanvases()),
  },
  {
    id: 'recipe',
    label: 'Edit the recipe…',
    group: 'Design',
    keys: [],
    aliases: ['quantization', 'bits', 'perplexity', 'formats'],
    run: () => openDialog('recipe'),
  },
  {
    id: 'compare',
    label: 'Compare with another design…',
    group: 'Design',
    keys: [],
    aliases: ['difference', 'against', 'two designs'],
    run: () => openDialog('compare'),
  },
  {
    id: 'export',
    label: 'Export project (zip)',
    group: 'Design',
    keys: ['Mod+E'],
    aliases: ['generate', 'vitis', 'hls'],
    always: true,
    run: () => void exportProject(),
  },
];
