import { Maximize2, Minimize2 } from 'lucide-react';
import { createRef, useEffect } from 'react';
import type { PanelImperativeHandle } from 'react-resizable-panels';
import { create } from 'zustand';
import { IconButton } from '../components/IconButton.tsx';
import { useComposer } from '../state/app-store.ts';
import { readableOf } from '../figures/readable.ts';

/** The lower panel, for giving dashboards the height they need. */
export const lowerPanel = createRef<PanelImperativeHandle>();

/** Views of estimates; they need more height than tables do. */
export const ENLARGE = ['roofline', 'resources', 'memory', 'compare'] as const;
/** Tabs that need more height than tables do. */
const HIGH: readonly string[] = [...ENLARGE, 'time'];

const LARGE = 58;
const ENOUGH = 46;
const SMALL = 34;

const useSize = create(() => ({ large: false }));

function resize(percent: number): void {
  useSize.setState({ large: percent === LARGE });
  lowerPanel.current?.resize(`${percent}%`);
}

/** Gives the lower panel the height that a dashboard needs, unless it has it. */
export function makeRoom(): void {
  if ((lowerPanel.current?.getSize().asPercentage ?? LARGE) < ENOUGH) resize(LARGE);
}

/** Makes the lower panel large or small again. It grows by itself the first time a dashboard that has something to show is opened in a low panel. */
export function SizeButton() {
  const tab = useComposer((state) => state.bottomTab);
  const large = useSize((state) => state.large);
  const readable = useComposer((state) => readableOf(state).analysis !== undefined);
  const dashboard = readable && HIGH.includes(tab);
  useEffect(() => {
    if (dashboard) makeRoom();
  }, [dashboard]);
  const toggle = (): void => {
    const next = (lowerPanel.current?.getSize().asPercentage ?? 0) < ENOUGH;
    resize(next ? LARGE : SMALL);
  };
  return (
    <span className="tabs__tools">
      <IconButton label={large ? 'Lower panel smaller' : 'Lower panel larger'} onClick={toggle}>
        {large ? <Minimize2 size={13} /> : <Maximize2 size={13} />}
      </IconButton>
    </span>
  );
}
