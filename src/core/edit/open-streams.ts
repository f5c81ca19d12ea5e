import type { Design, Endpoint, StageName } from '../design/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import type { PortSpec } from '../modules/types.ts';
import { expectedTensor, type PortEnd, tensorOf } from './connection.ts';
import { endName } from './streams.ts';

/** A stream that could be made: from an output that nothing reads to an input that nothing feeds. */
export interface OpenWire {
  readonly label: string;
  readonly from: PortEnd;
  readonly to: PortEnd;
  /** The input expects the tensor that the output makes; else nothing speaks against it. */
  readonly expected: boolean;
}

interface OpenPort {
  readonly end: Endpoint;
  readonly carries: PortSpec['carries'];
  readonly tensor: string | null | undefined;
}

/** Whether what leaves one port may enter another: data or scales, where neither takes both. */
export const mayMeet = (a: PortSpec['carries'], b: PortSpec['carries']): boolean =>
  a === 'any' || b === 'any' || a === b;

/** The streams that a stage lacks, by the names of their tensors; those that are expected come first. Whether one is legal, `checkConnection` says. */
export function openWires(design: Design, stage: StageName): OpenWire[] {
  const { instances, streams } = design.stages[stage];
  const read = new Set(streams.map((stream) => endName(stream.from)));
  const fed = new Set(streams.map((stream) => endName(stream.to)));
  const outputs: OpenPort[] = [];
  const inputs: OpenPort[] = [];
  for (const instance of instances) {
    const entry = moduleById(instance.module);
    if (!entry) continue;
    const made = entry.outputs(paramsOf(entry, instance.params));
    for (const operation of instance.operations) {
      const end = (port: string): Endpoint => ({ instance: instance.id, operation: operation.id, port });
      for (const { id, carries } of made)
        if (!read.has(endName(end(id))))
          outputs.push({ end: end(id), carries, tensor: tensorOf(design, stage, end(id)) });
      for (const { id, carries } of entry.inputs)
        if (!fed.has(endName(end(id))))
          inputs.push({ end: end(id), carries, tensor: expectedTensor(design, stage, end(id)) });
    }
  }
  const found: OpenWire[] = [];
  for (const out of outputs) {
    for (const into of inputs) {
      if (out.end.instance === into.end.instance && out.end.operation === into.end.operation) continue;
      if (out.tensor && into.tensor && out.tensor !== into.tensor) continue;
      // The scales of a quantizer and its data carry the same tensor and never fit one another.
      if (!mayMeet(out.carries, into.carries)) continue;
      found.push({
        label: `${endName(out.end)} → ${endName(into.end)}`,
        from: { end: out.end, direction: 'output' },
        to: { end: into.end, direction: 'input' },
        expected: out.tensor !== undefined && out.tensor !== null && out.tensor === into.tensor,
      });
    }
  }
  return [...found.filter((wire) => wire.expected), ...found.filter((wire) => !wire.expected)];
}
