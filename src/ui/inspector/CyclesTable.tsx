import type { StageName } from '../../core/design/types.ts';
import { whole } from '../words/format.ts';
import { useTime } from '../figures/use-time.ts';

/** Counted cycles of an instance in each pass in which it works. */
export function CyclesTable({ stage, id }: { readonly stage: StageName; readonly id: string }) {
  const time = useTime();
  const rows =
    time?.[stage].passes.flatMap((pass) =>
      pass.slots.filter((slot) => slot.operation.owner.instance.id === id).map((slot) => ({ pass, slot })),
    ) ?? [];
  return (
    <section className="inspector__section">
      <h3>Counted cycles</h3>
      {rows.length === 0 ? (
        <p className="muted">
          {time ? 'It does not work in any pass.' : 'Cycles are counted once the design has no errors.'}
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
                <td className="figures__number">{whole(slot.cycles)}</td>
                <td className="figures__number">
                  {pass.cycles > 0 ? `${Math.round((100 * slot.cycles) / pass.cycles)} %` : ''}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
