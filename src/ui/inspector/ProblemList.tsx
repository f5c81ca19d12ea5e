import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { Problem } from '../../core/design/types.ts';

/** Problems in words. */
export function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  return (
    <ul className="problem-list">
      {problems.map((problem) => (
        <li key={`${problem.message}${problem.port ?? ''}`} className={`problem problem--${problem.severity}`}>
          {problem.severity === 'error' ? (
            <CircleAlert size={14} aria-label="Error" />
          ) : (
            <TriangleAlert size={14} aria-label="Warning" />
          )}
          <span>{problem.message}</span>
        </li>
      ))}
    </ul>
  );
}
