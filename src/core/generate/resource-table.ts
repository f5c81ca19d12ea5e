import { comparisonTable, type PublishedStage, TABLE_VI } from '../estimate/design/published-resources.ts';
import { profile, stageResources } from '../estimate/stage/resources.ts';
import { analyze } from '../schedule/analyze.ts';
import type { ResourceCounts, Target } from '../targets/types.ts';
import { sampleById } from '../templates/samples.ts';

/** The published stages with what the estimators say of the sample designs of the same parameters. */
export function tableRows(): { row: PublishedStage; target: Target; used: ResourceCounts }[] {
  return TABLE_VI.map((row) => {
    const sample = sampleById(row.sample);
    if (!sample) throw new Error(`no sample ${row.sample}`);
    const analysis = analyze(sample.design());
    return { row, target: profile(analysis).target, used: stageResources(analysis, row.stage).total };
  });
}

/** The table of docs/resources.md. */
export const resourceTable = (): string => comparisonTable(tableRows());

/** The page with a fresh table between its marks. */
export const withResourceTable = (page: string): string =>
  page.replace(/<!-- table -->[\s\S]*<!-- end -->/, () => `<!-- table -->\n\n${resourceTable()}\n\n<!-- end -->`);
