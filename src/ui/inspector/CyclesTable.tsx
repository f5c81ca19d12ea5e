import type { StageName } from '../../core/design/types.ts';
import { whole } from '../words/format.ts';
import { Past, PastNote } from '../figures/Past.tsx';
import { useReadable } from '../figures/readable.ts';
import { useTime } from '../figures/use-time.ts';

/** Counted cycles of an instance in each pass in which it works. */
export function CyclesTable({ stage, id }: { readonly stage: StageName; readonly id: string }) {
  const time = useTime();
  const { standing } = useReadable();
  const rows =
    time?.[stage].passes.flatMap((pass) =>
      pass.slots.filter((slot) => slot.operation.owner.instance.id === id).map((slot) => ({ pass, slot })),
    ) ?? [];
  return (
    <section className="inspector__section">
      <h3>Counted cycles</h3>
      {standing[stage] === 'none' ? null : <PastNote stages={[stage]} />}
      {rows.length === 0 ? (
        <p className="muted">
          {time && standing[stage] === 'present'
            ? 'It does not work in any pass.'
            : 'Cycles are counted once the stage has no errors.'}
        </p>
      ) : (
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Pass</th>
              <th scope="col">Operation</th>
              <th scope="col" className="figures__number">
                Cycles
              </th>
              <th scope="col" className="figures__number">
                of pass
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ pass, slot }) => (
              <tr key={slot.operation.key}>
                <td>P{pass.pass.index}</td>
                <td className="mono">{slot.operation.operation.id}</td>
                <td className="figures__number">
                  <Past stages={[stage]}>{whole(slot.cycles)}</Past>
                </td>
                <td className="figures__number">
                  <Past stages={[stage]}>
                    {pass.cycles > 0 ? `${Math.round((100 * slot.cycles) / pass.cycles)} %` : ''}
                  </Past>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
