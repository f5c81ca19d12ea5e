import { Cable } from 'lucide-react';
import { useMemo } from 'react';
import { tryConnect } from '../actions/connect.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { useComposer } from '../state/app-store.ts';
import { type OpenWire, openWires } from '../../core/edit/open-streams.ts';
import { type Choice, type ChoiceGroup, Chooser } from './Chooser.tsx';

const MAX_CHOICES = 60;

/** Streams that the canvas in use lacks: typed, chosen, made. What then does not fit says why and offers a remedy, as with the pointer. */
export default function ConnectDialog() {
  const design = useComposer((state) => state.design);
  const stage = useComposer((state) => state.stage);
  const selection = useComposer((state) => state.selection);
  const groups = useMemo(() => {
    const wires = openWires(design, stage);
    const selected = new Set(selection.stage === stage ? selection.instances : []);
    const near = (wire: OpenWire): boolean =>
      selected.has(wire.from.end.instance) || selected.has(wire.to.end.instance);
    const choice = (wire: OpenWire): Choice => ({
      key: wire.label,
      label: wire.label,
      icon: <Cable size={14} aria-hidden="true" />,
      faint: !wire.expected,
      run: () => tryConnect(stage, wire.from, wire.to),
    });
    return (typed: string): ChoiceGroup[] => {
      const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
      const found = wires.filter((wire) => words.every((word) => wire.label.toLowerCase().includes(word)));
      const exact = found.filter((wire) => wire.label === typed);
      const rest = found.filter((wire) => wire.label !== typed);
      return [
        { title: 'Exactly this', choices: exact.map(choice) },
        { title: 'At what is selected', choices: rest.filter(near).slice(0, MAX_CHOICES).map(choice) },
        {
          title: selected.size > 0 ? 'Elsewhere on the canvas' : 'On the canvas',
          choices: rest
            .filter((wire) => !near(wire))
            .slice(0, MAX_CHOICES)
            .map(choice),
        },
      ];
    };
  }, [design, stage, selection]);
  const title = `Connect on the ${STAGE_TITLES[stage].toLowerCase()} canvas`;
  return (
    <Chooser
      title={title}
      placeholder="Output → input"
      none="No free output fits a free input of that name."
      groups={groups}
    />
  );
}
