import { memo } from 'react';
import type { WireColour } from '../drawing/cards.ts';

const WIRES: readonly { readonly colour: WireColour; readonly label: string }[] = [
  { colour: 'fp32', label: 'fp32' },
  { colour: 'int8', label: '6, 8 bit' },
  { colour: 'int4', label: '4 bit' },
  { colour: 'acc', label: 'sums' },
  { colour: 'scales', label: 'scales' },
];

/** What the colours of streams mean. */
export const WireLegend = memo(function WireLegend() {
  return (
    <ul className="wire-legend" aria-label="Colours of streams">
      {WIRES.map(({ colour, label }) => (
        <li key={colour}>
          <svg width="18" height="6" aria-hidden="true">
            <path d="M0 3h18" className={`wire wire--${colour}`} />
          </svg>
          {label}
        </li>
      ))}
      <li>
        <svg width="24" height="6" aria-hidden="true">
          <path d="M0 3h24" className="wire wire--carry" />
        </svg>
        to a later pass
      </li>
    </ul>
  );
});
