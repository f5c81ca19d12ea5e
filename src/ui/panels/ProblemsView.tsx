import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import type { Problem } from '../../core/design/types.ts';
import { STAGE_TITLES } from '../canvas/CanvasTitle.tsx';
import { showOnCanvas } from '../canvas/reveal.ts';
import { plural } from '../components/format.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../state/derived.ts';

/** Selects what a problem is about, and brings it into view. */
function show(problem: Problem): void {
  const { select, design } = composer.getState();
  const { stage } = problem;
  if (!stage) {
    select({ stage: 'prefill', instances: [], streams: [] });
    return;
  }
  const stream = design.stages[stage].streams.find((candidate) => candidate.id === problem.stream);
  const instances = problem.instance !== undefined ? [problem.instance] : stream ? [stream.from.instance, stream.to.instance] : [];
  showOnCanvas(problem.instance === undefined && stream ? { stage, instances: [], streams: [stream.id] } : { stage, instances: problem.instance === undefined ? [] : [problem.instance], streams: [] }, instances);
}

const place = (problem: Problem): string => (problem.stage ? STAGE_TITLES[problem.stage] : 'Design');

/** Everything that is wrong with the design, in words; a click shows where. */
export default function ProblemsView() {
  const problems = useComposer((state) => analysisOf(state.design).problems);
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
          {plural(errors, 'error')}, {plural(problems.length - errors, 'warning')}. Choose one to see where it is.
        </span>
      </div>
      <div className="view__scroll">
        <ul className="problems">
          {problems.map((problem, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: problems have no identity of their own
            <li key={`${problem.message}/${index}`}>
              <button type="button" className={`problems__item problem--${problem.severity}`} onClick={() => show(problem)}>
                {problem.severity === 'error' ? <CircleAlert size={14} aria-label="Error" /> : <TriangleAlert size={14} aria-label="Warning" />}
                <span className="problems__place">{place(problem)}</span>
                <span className="problems__text">{problem.message}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
