import { describe, expect, test } from 'vitest';
import { replaceDesign, renameDesign } from '../../core/edit/settings.ts';
import { setParam } from '../../core/edit/parameters.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { createComposer } from '../state/store.ts';
import { firstChoice, OPENED, openedDesign, ownSample } from './design-choice.ts';

const sample = (id: string) => {
  const found = SAMPLES.find((one) => one.id === id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
};

describe('what a design is compared with', () => {
  test('its own sample: by its name, by the name it had, or by what it is made of', async () => {
    const store = createComposer(sample('moby-u280'));
    const { edit } = store.getState();
    edit(() => replaceDesign(sample('llama-3.2-1b-v80'), 'Open sample'));
    expect(await firstChoice(store.getState().design, store.getState().history.past)).toBe('llama-3.2-1b-v80');
    edit(() => renameDesign('mine'));
    edit((design) => setParam(design, 'decode', 'linear_all', 'ports', 32));
    expect(await firstChoice(store.getState().design, store.getState().history.past)).toBe('llama-3.2-1b-v80');
    expect(ownSample(store.getState().design, undefined)).toBe('llama-3.2-1b-v80');
    expect(ownSample({ ...sample('moby-temporal'), name: 'mine' }, undefined)).toBe('moby-temporal');
    expect(ownSample({ ...sample('moby-spatial'), name: 'mine' }, undefined)).toBe('moby-spatial');
  });

  test('a design of no sample: as it was opened', async () => {
    const other = { ...sample('moby-u280'), name: 'mine', model: { ...sample('moby-u280').model, name: 'another' } };
    const store = createComposer(sample('moby-u280'));
    const { edit } = store.getState();
    edit(() => replaceDesign(other, 'Open mine.json'));
    expect(openedDesign(store.getState().history.past)).toBeUndefined();
    edit((design) => setParam(design, 'decode', 'linear_all', 'wp', 16));
    expect(await firstChoice(store.getState().design, store.getState().history.past)).toBe(OPENED);
    expect(openedDesign(store.getState().history.past)).toEqual(other);
  });
});
