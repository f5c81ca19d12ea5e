import { type DragEvent, useRef, useState } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { whole } from '../words/format.ts';
import { composer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { setBank } from '../../core/edit/placement.ts';
import { PlotExports } from './Exports.tsx';
import { type BankCell, columnsOf, sayBank, step } from './memory-model.ts';
import { bytes, percent } from '../words/units.ts';
import { useWidth } from './use-size.ts';

/** Type of what is dragged from the port list. */
export const PORT_DRAG = 'application/x-flexllm-port';

const ROW = 38;
const GAP = 3;
const HEAD = 17;

/** Moves a port to a bank, if the bank map allows it. */
export function movePort(key: string, place: string | undefined): boolean {
  return composer.getState().edit((design) => setBank(analysisOf(design), key, place));
}

interface BankGridProps {
  readonly cells: readonly BankCell[];
  readonly stage: StageName;
  readonly chosen: string | undefined;
  readonly onChoose: (bank: string | undefined) => void;
}

/** All banks of the card: colour and number say the load, the bar below how full they are. Ports are dropped on them. */
export function BankGrid({ cells, stage, chosen, onChoose }: BankGridProps) {
  const [box, width] = useWidth<HTMLDivElement>(700);
  const svg = useRef<SVGSVGElement>(null);
  const [over, setOver] = useState<string | undefined>();
  const memories = [...new Set(cells.map((cell) => cell.memory))];
  const blocks = memories.map((memory) => {
    const columns = Math.min(columnsOf(memory), Math.max(4, Math.floor(width / 40)));
    return {
      memory,
      columns,
      cells: cells.filter((cell) => cell.memory === memory),
      height: HEAD + Math.ceil(memory.count / columns) * (ROW + GAP) + 5,
    };
  });
  const tops = blocks.map((_, index) => blocks.slice(0, index).reduce((sum, block) => sum + block.height, 0));
  const height = blocks.reduce((sum, block) => sum + block.height, 0);
  const placed = blocks.flatMap((block, at) => {
    const wide = Math.min(84, (width + GAP) / block.columns - GAP);
    return block.cells.map((cell) => ({
      cell,
      wide,
      x: (cell.index % block.columns) * (wide + GAP),
      y: (tops[at] ?? 0) + HEAD + Math.floor(cell.index / block.columns) * (ROW + GAP),
    }));
  });
  const used = cells.filter((cell) => cell.ports.length > 0);
  const title = 'Banks';
  const drag = (cell: BankCell) => ({
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(PORT_DRAG)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'move';
      if (over !== cell.name) setOver(cell.name);
    },
    onDragLeave: () => setOver(undefined),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(undefined);
      const key = event.dataTransfer.getData(PORT_DRAG);
      if (key) movePort(key, cell.name);
    },
  });
  return (
    <div className="data">
      <div className="data__head">
        <h3>{title}</h3>
        <span className="muted">Drop a port here, or choose a bank.</span>
        <ul className="key" aria-label="Colours of the banks">
          <li>
            load in {stage}{' '}
            <span className="ramp" aria-hidden="true">
              {[1, 2, 3, 4, 5].map((at) => (
                <span key={at} className={`load load--${at}`} />
              ))}
            </span>{' '}
            100 %
          </li>
          <li>
            <span className="load load--6" aria-hidden="true" /> above
          </li>
        </ul>
        <PlotExports
          name="banks"
          title={title}
          svg={svg}
          rows={() => [
            ['bank', 'bytes', 'capacity', 'fill', 'load', 'ports'],
            ...cells.map((cell) => [
              cell.name,
              Math.round(cell.bytes),
              cell.memory.capacity,
              cell.fill,
              cell.load,
              cell.ports.join(' '),
            ]),
          ]}
        />
      </div>
      <div ref={box} className="banks" style={{ height }}>
        <svg
          ref={svg}
          width={width}
          height={height}
          role="img"
          aria-label={`${whole(used.length)} of ${whole(cells.length)} banks are used; the fullest load is ${percent(Math.max(0, ...cells.map((cell) => cell.load)))}`}
        >
          {blocks.map((block, at) => (
            <text key={block.memory.kind} className="plot__tick" x={0} y={(tops[at] ?? 0) + 11}>
              {`${block.memory.kind.toUpperCase()}: ${block.memory.count} × ${bytes(block.memory.capacity)}`}
            </text>
          ))}
          {placed.map(({ cell, wide, x, y }) => (
            <g key={cell.name} className={cell.usable ? '' : 'bank--reserved'}>
              <rect className={`bank load--${step(cell.load)}`} x={x} y={y} width={wide} height={ROW} rx={3} />
              <text className="bank__name" x={x + 4} y={y + 11}>
                {cell.index}
              </text>
              <text
                className={`bank__load bank__load--${step(cell.load)}`}
                x={x + wide / 2}
                y={y + 25}
                textAnchor="middle"
              >
                {!cell.usable ? '–' : cell.load > 0 ? percent(cell.load).replace(' ', '\u2009') : ''}
              </text>
              <rect className="bank__track" x={x + 3} y={y + ROW - 7} width={wide - 6} height={4} rx={1} />
              <rect
                className="bank__fill"
                x={x + 3}
                y={y + ROW - 7}
                width={(wide - 6) * Math.min(1, cell.fill)}
                height={4}
                rx={1}
              />
            </g>
          ))}
        </svg>
        {placed.map(({ cell, wide, x, y }) => (
          <button
            key={cell.name}
            type="button"
            className={`banks__cell ${over === cell.name ? 'banks__cell--over' : ''}`}
            style={{ left: x, top: y, width: wide, height: ROW }}
            aria-pressed={chosen === cell.name}
            aria-label={sayBank(cell, percent, bytes)}
            title={sayBank(cell, percent, bytes)}
            data-testid={`bank:${cell.name}`}
            onClick={() => onChoose(chosen === cell.name ? undefined : cell.name)}
            {...drag(cell)}
          />
        ))}
      </div>
    </div>
  );
}
