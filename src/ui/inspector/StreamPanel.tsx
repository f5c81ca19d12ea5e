import { Unplug } from 'lucide-react';
import type { Endpoint, StageName } from '../../core/design/types.ts';
import { describeStream, mostVectors, vectorBits } from '../../core/schedule/depths.ts';
import { IconButton } from '../components/IconButton.tsx';
import { whole } from '../words/format.ts';
import { NumberField } from '../components/TextField.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { disconnect, endName, setCarry, setDepth } from '../../core/edit/streams.ts';
import { ProblemList } from './ProblemList.tsx';

const KINDS = {
  fifo: 'FIFO within a pass',
  carry_fifo: 'carried in an on-chip FIFO',
  carry_memory: 'carried through memory',
} as const;

function EndLink({ stage, end, label }: { readonly stage: StageName; readonly end: Endpoint; readonly label: string }) {
  return (
    <div className="pair">
      <dt>{label}</dt>
      <dd>
        <button
          type="button"
          className="link mono"
          onClick={() => composer.getState().select({ stage, instances: [end.instance], streams: [] })}
        >
          {endName(end)}
        </button>
      </dd>
    </div>
  );
}

/** A stream: what travels on it, how it is kept, and how deep it is. */
export default function StreamPanel({ stage, id }: { readonly stage: StageName; readonly id: string }) {
  const design = useComposer((state) => state.design);
  const stream = design.stages[stage].streams.find((candidate) => candidate.id === id);
  if (!stream) return null;
  const analysis = analysisOf(design);
  const resolved = analysis.stages[stage].streams.find((candidate) => candidate.stream.id === id);
  const { context } = analysis.stages[stage];
  const problems = analysis.problems.filter((problem) => problem.stage === stage && problem.stream === id);
  const type = resolved?.type;
  const carry = resolved !== undefined && resolved.kind !== 'fifo';
  const { edit } = composer.getState();
  const bits = type ? vectorBits(type) : 0;
  const least = resolved?.least ?? 1;
  return (
    <div className="inspector">
      <div className="panel-head">
        <h2>Stream</h2>
        <span className="panel-head__tools">
          <IconButton label="Disconnect" keys="Del" onClick={() => edit((present) => disconnect(present, stage, id))}>
            <Unplug size={14} />
          </IconButton>
        </span>
      </div>
      {problems.length > 0 ? (
        <section className="inspector__section">
          <ProblemList problems={problems} />
        </section>
      ) : null}
      <section className="inspector__section">
        <dl className="pairs">
          <EndLink stage={stage} end={stream.from} label="From" />
          <EndLink stage={stage} end={stream.to} label="To" />
          <div className="pair">
            <dt>Carries</dt>
            <dd>{type ? describeStream(type) : 'not known until its source is connected'}</dd>
          </div>
          {type ? (
            <>
              <div className="pair">
                <dt>Vector</dt>
                <dd>{whole(bits)} bits</dd>
              </div>
              <div className="pair">
                <dt>Vectors</dt>
                <dd>{whole(mostVectors(type, context))} at most per pass</dd>
              </div>
            </>
          ) : null}
          {resolved ? (
            <>
              <div className="pair">
                <dt>Kind</dt>
                <dd>
                  {KINDS[resolved.kind]}
                  {carry ? ` (pass ${resolved.from.pass} to ${resolved.to.pass})` : ''}
                </dd>
              </div>
              <div className="pair">
                <dt>Depth</dt>
                <dd>
                  {whole(resolved.depth)} vectors
                  {type ? ` · ${whole(Math.ceil((resolved.depth * bits) / 8))} bytes` : ''}
                  {stream.depth === undefined ? ', derived' : ''}
                </dd>
              </div>
            </>
          ) : null}
        </dl>
      </section>
      <section className="inspector__section">
        <h3>Overrides</h3>
        {carry ? (
          <div className="field">
            <label className="field__label" htmlFor="carry">
              Carry to the later pass
            </label>
            <select
              id="carry"
              className="select"
              value={stream.carry ?? ''}
              onChange={(event) =>
                edit(() =>
                  setCarry(
                    stage,
                    id,
                    event.target.value === 'fifo' ? 'fifo' : event.target.value === 'memory' ? 'memory' : undefined,
                  ),
                )
              }
            >
              <option value="">decided by the composer (FIFO up to 1 Mbit)</option>
              <option value="fifo">on-chip FIFO that holds all of it</option>
              <option value="memory">memory buffer</option>
            </select>
            <p className="field__help">Data for a later pass must be kept whole until it is read there.</p>
          </div>
        ) : (
          <>
            <NumberField
              label="FIFO depth in vectors"
              value={stream.depth ?? resolved?.depth ?? 2}
              least={least}
              most={16777216}
              help={`A FIFO that is too shallow stalls its producer.${least > 1 ? ` With fewer than ${whole(least)} the paths that part and meet here can block each other.` : ''}`}
              onCommit={(depth) => edit(() => setDepth(stage, id, depth))}
            />
            {stream.depth !== undefined ? (
              <button type="button" className="button" onClick={() => edit(() => setDepth(stage, id, undefined))}>
                Derive it again
              </button>
            ) : null}
          </>
        )}
      </section>
    </div>
  );
}
