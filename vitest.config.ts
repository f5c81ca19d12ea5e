import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where no durations are known, vitest begins with the largest files. Those of the cards are the smallest and among the longest. */
class CardsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const ofCard = (file: TestSpecification): boolean => file.moduleId.includes('/tests/cards/');
    return [...sorted.filter(ofCard), ...sorted.filter((file) => !ofCard(file))];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'hls-runtime/**/*.test.ts', 'tests/**/*.test.ts'],
    sequence: { sequencer: CardsFirst },
    maxWorkers: 2,
    // Files share what they import, and what the core remembers of designs: none changes what is global.
    isolate: false,
    maxConcurrency: 2,
    testTimeout: 240_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
