import fc from 'fast-check';
import { deflateSync, zipSync, strToU8 } from 'fflate';
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
    const files = { 'x/old/design.json': strToU8('no'), 'x/design.json': strToU8(text), 'x/other.json': strToU8('{}') };
    for (const level of [0, 6] as const) {
      const zip = zipSync(files, { level });
      expect(designInZip(zip)).toEqual({ text });
      // With a comment at its end, and as a part of a larger buffer.
      const commented = new Uint8Array([9, ...zip, 104, 105]).subarray(1);
      commented[zip.length - 2] = 2;
      expect(designInZip(commented)).toEqual({ text });
    }
    expect(designInZip(zipSync({ 'x/other.json': strToU8('{}') }))).toBeUndefined();
    expect(designInZip(strToU8('PK'))).toBeUndefined();
  });

  it('refuses a long link at once, and a short one that unpacks to too much', () => {
    const packed = (bytes: Uint8Array): string =>
      `#d=1.${Buffer.from(deflateSync(bytes, { level: 9 })).toString('base64url')}`;
    const started = performance.now();
    const long = readShareHash(`#d=1.${'A'.repeat(2_400_000)}`);
    expect('problem' in long && long.problem).toContain('The link has 2401 kB, more than the 32 kB');
    const bomb = packed(new Uint8Array(20_000_000));
    expect(bomb.length).toBeLessThan(32_000);
    expect(readShareHash(bomb)).toHaveProperty('problem');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('unpacks one file of a zip of very many, and none that is too large or that lies', () => {
    const large = new Uint8Array(3_900_000).fill(32);
    const zip = zipSync({ 'a/design.json': large });
    const view = new DataView(zip.buffer, zip.byteOffset);
    const directory = view.getUint32(zip.length - 6, true);
    const record = zip.slice(directory, zip.length - 22);
    // Six hundred entries in the directory, all of the one file.
    const many = new Uint8Array([
      ...zip.slice(0, directory),
      ...Array(600)
        .fill([...record])
        .flat(),
      ...zip.slice(-22),
    ]);
    const end = new DataView(many.buffer, many.length - 22);
    for (const at of [8, 10]) end.setUint16(at, 600, true);
    end.setUint32(12, 600 * record.length, true);
    const before = process.memoryUsage().arrayBuffers;
    const read = designInZip(many);
    expect(read && 'text' in read && read.text.length).toBe(3_900_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);

    const claimed = (bytes: number): Uint8Array => {
      const lying = zip.slice();
      new DataView(lying.buffer).setUint32(directory + 24, bytes, true);
      return lying;
    };
    expect(designInZip(claimed(100))).toEqual({ problem: expect.stringContaining('a/design.json in it is damaged') });
    expect(designInZip(claimed(3_900_001))).toEqual({ problem: expect.stringContaining('damaged') });
    expect(designInZip(claimed(0xffffffff))).toEqual({
      problem: 'a/design.json in it has 4294967295 bytes, more than the 4000000 that are read.',
    });
    const damaged = zip.slice().fill(0xff, 50, 60);
    expect(designInZip(damaged)).toEqual({ problem: expect.stringContaining('damaged') });
  });

  it('survives archives with bytes changed', () => {
    const zip = zipSync({ 'x/design.json': strToU8(formatDesign(SAMPLES[0]?.design() ?? (undefined as never))) });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const broken = zip.slice();
          // Most of the changes at the end, where the directory is.
          for (const [at, byte] of changes) broken[at % 2 === 0 ? at : zip.length - 1 - (at % 120)] = byte;
          const read = designInZip(broken);
          expect(read === undefined || 'text' in read || /^.* in it /.test(read.problem)).toBe(true);
        },
      ),
      { numRuns: 300, seed: 3 },
    );
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
