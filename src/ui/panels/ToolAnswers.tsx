import { useMemo } from 'react';
import { forgetAnswers } from '../../core/edit/tool-answers.ts';
import type { ProbeResult } from '../../core/models/probe-result.ts';
import { ASSUMPTIONS, type Assumption, type ToolAnswers as Answers } from '../../core/targets/assumptions.ts';
import { targetById } from '../../core/targets/targets.ts';
import { type Column, DataTable } from '../estimates/DataTable.tsx';
import { useReport } from '../figures/report-store.ts';
import { composer, useComposer } from '../state/app-store.ts';

const WORDS = { failed: 'does not hold', open: 'not tried', held: 'holds' } as const;

interface AnswerRow extends Assumption {
  readonly answer: keyof typeof WORDS;
  readonly seen: string;
}

function rowsOf(answers: Answers, probe: ProbeResult | undefined): AnswerRow[] {
  // What was seen belongs to the answers only while they are of the same tools.
  const details = probe?.release === answers.release ? probe.assumptions : [];
  return ASSUMPTIONS.map((assumption) => ({
    ...assumption,
    answer: answers.failed.includes(assumption.id) ? 'failed' : answers.held.includes(assumption.id) ? 'held' : 'open',
    seen: details.find(({ id }) => id === assumption.id)?.seen ?? '',
  }));
}

const COLUMNS: readonly Column<AnswerRow>[] = [
  {
    id: 'answer',
    label: 'Answer',
    value: ({ answer }) => WORDS[answer],
    cell: ({ answer }) => (
      <span className={answer === 'failed' ? 'alert' : answer === 'open' ? 'muted' : ''}>{WORDS[answer]}</span>
    ),
  },
  {
    id: 'title',
    label: 'Assumption',
    value: ({ title }) => title,
    cell: ({ title, why }) => <span title={why}>{title}</span>,
  },
  { id: 'seen', label: 'Seen', value: ({ seen }) => seen },
  {
    id: 'without',
    label: 'This design',
    value: ({ answer, without }) => (answer === 'failed' ? without : ''),
  },
];

/** What the user's tools said about the assumptions of the library, and what the design does about it. */
export function ToolAnswers({ answers }: { readonly answers: Answers }) {
  const probe = useReport((state) => state.probe);
  const here = useComposer((state) => state.design.target) === answers.board;
  const rows = useMemo(() => rowsOf(answers, probe), [answers, probe]);
  return (
    <div className="data__sentences">
      <DataTable
        title="Assumptions and the tools"
        name="build-probe"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ id }) => id}
        start={{ column: 'answer', down: false }}
        tools={
          <>
            <span className="muted">
              {targetById(answers.board)?.title}, release {answers.release}: {answers.held.length} hold,{' '}
              {answers.failed.length} do not{here ? '' : '; for another card than that of the design, so not followed'}
            </span>
            <button type="button" className="button" onClick={() => composer.getState().edit(() => forgetAnswers)}>
              Forget these answers
            </button>
          </>
        }
      />
    </div>
  );
}
