import { zipSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { formatDesign } from '../../core/design/schema.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { renameDesign } from '../../core/edit/settings.ts';
import { done } from '../../../tests/edit-helpers.ts';
import { fileText, readFile } from './read-file.ts';
import { type Revision, withRevision } from './revisions.ts';
import { canvasSvg } from '../export/canvas-svg.ts';
import { designInSvg, designInZip, readShareHash, shareHash } from './share.ts';

describe('sharing', () => {
  it('brings every sample through a link to the byte', () => {
    for (const sample of SAMPLES) {
      const made = shareHash(sample.design());
      if ('refused' in made) throw new Error(made.refused);
      expect(made.hash.length).toBeLessThan(12_000);
      const read = readShareHash(made.hash);
      expect('text' in read && read.text).toBe(formatDesign(sample.design()));
    }
  });

  it('says what is wrong with a damaged or foreign link', () => {
    expect(readShareHash('#d=1.AAAA')).toHaveProperty('problem');
    expect(readShareHash('#d=9.AAAA')).toHaveProperty('problem');
  });

  it('brings a design back out of a picture, whose text is never markup', () => {
    const design = done(SAMPLES[0]?.design() ?? (undefined as never), renameDesign('<script>alert(1)</script> & more'));
    const svg = canvasSvg(design, 'prefill', (name) => (name.startsWith('--') ? '#123456' : ''));
    expect(svg).not.toContain('<script>');
    expect(designInSvg(svg)).toBe(formatDesign(design));
  });

  it('brings a design back out of a zip', () => {
    const text = formatDesign(SAMPLES[0]?.design() ?? (undefined as never));
    expect(designInZip(zipSync({ 'x/design.json': strToU8(text), 'x/other.json': strToU8('{}') }))).toBe(text);
  });
});

describe('reading files', () => {
  it('saves what was loaded byte for byte, and its own form once it is changed', () => {
    const design = SAMPLES[0]?.design() ?? (undefined as never);
    const text = JSON.stringify(JSON.parse(formatDesign(design)));
    const read = readFile(text);
    if ('problem' in read) throw new Error(read.problem);
    expect(fileText(read.design)).toBe(text);
    const changed = done(read.design, renameDesign('Changed'));
    expect(fileText(changed)).toBe(formatDesign(changed));
  });

  it('shows a newer version as far as it is understood, and says what is left out', () => {
    const document = JSON.parse(formatDesign(SAMPLES[0]?.design() ?? (undefined as never)));
    document.version = 2;
    document.notes = [{ text: 'hello' }];
    document.stages.prefill.regions = [];
    const read = readFile(JSON.stringify(document));
    if ('problem' in read) throw new Error(read.problem);
    expect(read.newer?.version).toBe(2);
    expect(read.newer?.left).toEqual(expect.arrayContaining(['notes', 'stages.prefill.regions']));
    expect(fileText(read.design)).toBe(JSON.stringify(document));
    expect(readFile('{"format":"flexllm-composer","version":2}')).toHaveProperty('problem');
    expect(readFile('nonsense')).toHaveProperty('problem');
  });
});

it('keeps twenty revisions, one of each short time', () => {
  let index: readonly Revision[] = [];
  for (let step = 0; step < 60; step += 1)
    index = withRevision(index, { id: String(step), saved: step * 20_000, name: 'a', label: 'Move' });
  expect(index).toHaveLength(20);
  expect(index[0]?.id).toBe('59');
  const soon = withRevision(index, { id: 'soon', saved: 59 * 20_000 + 1000, name: 'a', label: 'Move' });
  expect(soon.map((revision) => revision.id)).toEqual(['soon', ...index.slice(1).map((revision) => revision.id)]);
  expect(withRevision(index, { id: 'open', saved: 59 * 20_000 + 1000, name: 'b', label: 'Open b' })[1]?.id).toBe('59');
  const apart = withRevision(index, { id: 'apart', saved: 59 * 20_000 + 1000, name: 'a', label: 'Fit' }, true);
  expect(apart[1]?.id).toBe('59');
});
