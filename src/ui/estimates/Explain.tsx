import { X } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { useAnalysis } from '../figures/derived.ts';
import { PastNote } from '../figures/Past.tsx';
import { ask, closeExplain, type Evidence, type Question, useExplain } from './explain-store.ts';
import { LeverList } from './LeverList.tsx';

/** What a figure rests on, in a word. */
export function Mark({ evidence }: { readonly evidence: Evidence }) {
  return <span className={`mark mark--${evidence.split(' ')[0]}`}>{evidence}</span>;
}

/** A figure that opens its derivation. */
export function Figure({
  question,
  children,
  label,
}: {
  readonly question: Question;
  readonly children: ReactNode;
  readonly label?: string;
}) {
  return (
    <button
      type="button"
      className="explained"
      aria-haspopup="dialog"
      aria-label={label}
      title={`Where this comes from: ${question.title}`}
      onClick={(event) => {
        event.stopPropagation();
        ask(question, event.currentTarget);
      }}
    >
      {children}
    </button>
  );
}

/** The stages that a figure needs. */
const stagesOf = ({ stages, about }: Question): readonly StageName[] =>
  stages ?? (about !== false && about.stage ? [about.stage] : STAGE_NAMES);

/** The popover of all figures: formula, values, source, and the largest levers. */
export function ExplainPopover() {
  const question = useExplain((state) => state.question);
  const anchor = useExplain((state) => state.anchor);
  const analysis = useAnalysis();
  const reference = useRef<HTMLElement | null>(null);
  reference.current = anchor ?? null;
  // Closing forgets the figure that was asked, but the focus goes back to it.
  const asked = useRef<HTMLElement | undefined>(undefined);
  if (anchor) asked.current = anchor;
  const answer = question && analysis.legal ? question.answer(analysis) : undefined;
  return (
    <Popover.Root
      open={question !== undefined && anchor !== undefined}
      onOpenChange={(open) => !open && closeExplain()}
    >
      <Popover.Anchor virtualRef={reference as React.RefObject<HTMLElement>} />
      <Popover.Portal container={document.querySelector('main')}>
        <Popover.Content
          className="explain"
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={10}
          aria-labelledby="explain-title"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            asked.current?.focus();
          }}
        >
          <div className="explain__head">
            <h2 id="explain-title">{question?.title}</h2>
            {question ? <Mark evidence={question.evidence} /> : null}
            <Popover.Close asChild>
              <button type="button" className="icon-button icon-button--small" aria-label="Close">
                <X size={13} aria-hidden="true" />
              </button>
            </Popover.Close>
          </div>
          {question ? <PastNote stages={stagesOf(question)} /> : null}
          {answer ? (
            <>
              <p className="explain__formula">{answer.formula}</p>
              <dl className="explain__values">
                {answer.values.map(({ name, value }, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: names repeat and the list is replaced as a whole
                  <div key={index}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
              <p className="explain__source">{answer.source}</p>
            </>
          ) : (
            <p className="muted">There is no such figure while the stage has errors.</p>
          )}
          {question && question.about !== false && answer ? <LeverList about={question.about} /> : null}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
