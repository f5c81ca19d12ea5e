import { CircleAlert, CircleCheck, TriangleAlert, Wrench } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Design, Problem } from '../../core/design/types.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { showOnCanvas } from '../actions/reveal.ts';
import { plural } from '../words/format.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { errorsOf, sameProblem } from '../../core/design/problems.ts';
import type { Repair } from '../../core/edit/repairs.ts';
import { findRepairs } from '../adapt/repair-client.ts';

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

/** Problems whose repairs are looked for without being chosen. */
const MAX_REPAIRED = 12;

/** The repairs of a problem of a design, once they are found. */
function useRepairs(design: Design, problem: Problem): readonly Repair[] {
  const set = useComposer(({ history }) => history.past.at(-1)?.sets);
  const [found, setFound] = useState<{ readonly design: Design; readonly repairs: readonly Repair[] } | undefined>();
  useEffect(() => {
    let wanted = true;
    void findRepairs(design, problem, set === undefined ? [] : [set]).then((repairs) => {
      if (wanted) setFound({ design, repairs });
    });
    return () => {
      wanted = false;
    };
  }, [design, problem, set]);
  return found?.design === design ? found.repairs : [];
}

/** What would take a problem away, a button each, with what it changes and how the design is then. */
function Repairs({ problem }: { readonly problem: Problem }) {
  const design = useComposer((state) => state.design);
  const repairs = useRepairs(design, problem);
  if (repairs.length === 0) return null;
  return (
    <fieldset className="problems__repairs">
      <legend className="sr-only">Repairs</legend>
      {repairs.map(({ label, steps, effect, edit }) => (
        <div key={label} className="problems__repair">
          <button
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
          {steps.length + effect.length > 0 ? (
            <span className="muted">{[steps.join('; '), effect && `then ${effect}`].filter(Boolean).join('. ')}</span>
          ) : null}
        </div>
      ))}
    </fieldset>
  );
}

/** Everything that is wrong with the design, in words; a click shows where. */
export default function ProblemsView() {
  const problems = useComposer((state) => analysisOf(state.design).problems);
  const [chosen, setChosen] = useState<Problem | undefined>();
  const isChosen = (problem: Problem): boolean => chosen !== undefined && sameProblem(problem, chosen);
  const errors = errorsOf(problems).length;
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
          {plural(errors, 'error')}, {plural(problems.length - errors, 'warning')}. Choose one to see where it is.
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
                aria-pressed={isChosen(problem)}
                title={problem.code}
                onClick={() => {
                  setChosen(problem);
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
              {problem.severity === 'error' && (index < MAX_REPAIRED || isChosen(problem)) ? (
                <Repairs problem={problem} />
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
