import { CircleAlert, CircleCheck, TriangleAlert, Wrench } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Problem } from '../../core/design/types.ts';
import { STAGE_TITLES } from '../canvas/CanvasTitle.tsx';
import { showOnCanvas } from '../canvas/reveal.ts';
import { plural } from '../components/format.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { repairsFor } from '../../core/edit/repairs.ts';

/** Selects what a problem is about, and brings it into view. */
function show(problem: Problem): void {
  const { select, design } = composer.getState();
  const { stage } = problem;
  if (!stage) {
    select({ stage: 'prefill', instances: [], streams: [] });
    return;
  }
  const stream = design.stages[stage].streams.find((candidate) => candidate.id === problem.stream);
  const instances =
    problem.instance !== undefined ? [problem.instance] : stream ? [stream.from.instance, stream.to.instance] : [];
  showOnCanvas(
    problem.instance === undefined && stream
      ? { stage, instances: [], streams: [stream.id] }
      : { stage, instances: problem.instance === undefined ? [] : [problem.instance], streams: [] },
    instances,
  );
}

const place = (problem: Problem): string => (problem.stage ? STAGE_TITLES[problem.stage] : 'Design');

/** What would take the chosen problem away, a button each. */
function Repairs({ problem }: { readonly problem: Problem }) {
  const design = useComposer((state) => state.design);
  const repairs = useMemo(() => repairsFor(design, problem), [design, problem]);
  if (repairs.length === 0) return null;
  return (
    <fieldset className="problems__repairs">
      <legend className="sr-only">Repairs</legend>
      {repairs.map(({ label, edit }) => (
        <button
          key={label}
          type="button"
          className="button button--small"
          onClick={() =>
            composer
              .getState()
              .edit((present) =>
                present === design ? edit : { refused: 'The design has changed; choose the problem again.' },
              )
          }
        >
          <Wrench size={12} aria-hidden="true" /> {label}
        </button>
      ))}
    </fieldset>
  );
}

/** Everything that is wrong with the design, in words; a click shows where. */
export default function ProblemsView() {
  const problems = useComposer((state) => analysisOf(state.design).problems);
  const [chosen, setChosen] = useState<string | undefined>();
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  if (problems.length === 0) {
    return (
      <p className="panel-empty">
        <CircleCheck size={16} aria-hidden="true" className="good" /> No problems: the design can be exported.
      </p>
    );
  }
  return (
    <div className="view">
      <div className="view__bar">
        <span className="muted">
          {plural(errors, 'error')}, {plural(problems.length - errors, 'warning')}. Choose one to see where it is and
          what would repair it.
        </span>
      </div>
      <div className="view__scroll">
        <ul className="problems">
          {problems.map((problem, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: problems have no identity of their own
            <li key={`${problem.message}/${index}`}>
              <button
                type="button"
                className={`problems__item problem--${problem.severity}`}
                aria-pressed={problem.message === chosen}
                onClick={() => {
                  setChosen(problem.message);
                  show(problem);
                }}
              >
                {problem.severity === 'error' ? (
                  <CircleAlert size={14} aria-label="Error" />
                ) : (
                  <TriangleAlert size={14} aria-label="Warning" />
                )}
                <span className="problems__place">{place(problem)}</span>
                <span className="problems__text">{problem.message}</span>
              </button>
              {problem.message === chosen ? <Repairs problem={problem} /> : null}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
