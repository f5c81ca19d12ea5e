/** Where a weight lies in a memory image: rows and columns of matrices by words and elements (layouts: manifest.ts). */
import {
  type Architecture,
  type LinearRole,
  linearShape,
  type MatrixRole,
  matrixShape,
  matrixSteps,
  partsOf,
} from './architecture.ts';
import {
  laneChannel,
  type Lanes,
  type LinearSlicesLayout,
  matrixChannel,
  queryHead,
  type StoredSparsity,
  type WeightLayout,
} from './manifest.ts';
import { storedChannels } from './recipe.ts';

/** Output channel of every element of a word of one tile (-1: padding). */
type TileChannels = (tile: number) => Int32Array;

/**
 * What the words of a weight layout hold: of every tile the outputs, side by side, for one or several input channels one
 * after the other. `inputs` has the input channel of every word of a tile, for each of these.
 */
interface LinearOrder {
  readonly tiles: number;
  readonly outputs: TileChannels;
  readonly inputs: readonly Int32Array[];
  /** Over how much `ports` are spread. */
  readonly split: number;
}

/**
 * The order of the weights of a role in the image of one port.
 * @param stored the sparsity of the matrix: input channels are those of which weights are stored.
 */
export function linearOrder(
  layout: WeightLayout,
  model: Architecture,
  role: MatrixRole,
  stored?: StoredSparsity,
): LinearOrder {
  const { k, n } = matrixShape(model, role);
  const { ports, port } = layout;
  if (layout.kind === 'weight_columns') {
    const { wp } = layout;
    const width = wp / ports;
    return {
      tiles: Math.ceil(n / wp),
      outputs: (tile) => Int32Array.from({ length: width }, (_, j) => within(tile * wp + port * width + j, n)),
      inputs: [Int32Array.from({ length: storedChannels({ sparsity: stored }, k) }, (_, i) => i)],
      split: wp,
    };
  }
  const { input, output, queryMemories } = layout;
  const steps = matrixSteps(model, role, output.lanes);
  const row = matrixRow(model, role, output, queryMemories);
  const at = (step: number, lane: number): number => (step < steps ? row(step, lane) : -1);
  const memories = role === 'o_proj' ? queryMemories : undefined;
  if (layout.kind === 'weight_slices') {
    return {
      // The last tile is that of the slices in front.
      tiles: Math.ceil((steps - port) / ports),
      outputs: (tile) => Int32Array.from({ length: output.lanes }, (_, j) => at(tile * ports + port, j)),
      inputs: sliceInputs(layout, model, k, memories, stored),
      split: ports,
    };
  }
  const channels = streamChannels(input, k).map(headChannels(model, memories));
  const { wp } = layout;
  const lanes = output.lanes / ports;
  return {
    tiles: Math.ceil(steps / wp),
    outputs: (tile) =>
      Int32Array.from({ length: lanes * wp }, (_, e) => at(tile * wp + (e % wp), port * lanes + Math.floor(e / wp))),
    inputs: [channels],
    split: output.lanes,
  };
}

/** The input channels of the words of a tile of slices, for each of the KP side by side. */
function sliceInputs(
  { kp, input, sparsity }: LinearSlicesLayout,
  model: Architecture,
  k: number,
  memories: number | undefined,
  stored: StoredSparsity | undefined,
): readonly Int32Array[] {
  const side = (channels: Int32Array, at: (position: number, i: number) => number): Int32Array[] =>
    Array.from({ length: kp }, (_, i) =>
      Int32Array.from({ length: channels.length / kp }, (_word, w) => channels[at(w, i)] as number),
    );
  if (stored !== undefined) {
    // What is stored of a block of channels takes its place.
    const of = (count: number): number => storedChannels({ sparsity: stored }, count);
    const channels = streamChannels({ ...input, lanes: of(input.lanes) }, of(k));
    const heads = headChannels({ ...model, headDim: of(model.headDim) }, memories);
    return side(channels.map(heads), (w, i) => w * kp + i);
  }
  const channels = streamChannels(input, k).map(headChannels(model, memories));
  if (sparsity === undefined) return side(channels, (w, i) => w * kp + i);
  const { keep, of } = sparsity;
  const ratio = of / keep;
  return side(
    channels,
    (w, i) => Math.floor(w / ratio) * kp * ratio + Math.floor(i / keep) * of + (w % ratio) * keep + (i % keep),
  );
}

/** Channels of the model at those of a stream of query heads that is arranged by memories; the others are as they are. */
function headChannels(model: Architecture, memories: number | undefined): (channel: number) => number {
  if (memories === undefined) return (channel) => channel;
  const { headDim } = model;
  return (channel) =>
    channel < 0 ? channel : queryHead(model, memories, Math.floor(channel / headDim)) * headDim + (channel % headDim);
}

/** Rows of the matrices of a role, one matrix after the other, at vectors of its results; -1 where a lane is padded. */
export function matrixRow(
  model: Architecture,
  role: MatrixRole,
  lanes: Lanes,
  queryMemories: number | undefined,
): (step: number, lane: number) => number {
  const queries = headChannels(model, queryMemories);
  return (step, lane) => {
    const { part, channel, channels } = matrixChannel(model, role, lanes, step, lane);
    if (channel >= channels) return -1;
    return rowsBefore(model, role, part) + (part === 'q_proj' ? queries(channel) : channel);
  };
}

/** Rows of the matrices of a role in front of one of them. */
export function rowsBefore(model: Architecture, role: MatrixRole, part: LinearRole): number {
  const parts = partsOf(role);
  return parts.slice(0, parts.indexOf(part)).reduce((sum, other) => sum + linearShape(model, other).n, 0);
}

function within(channel: number, channels: number): number {
  return channel < channels ? channel : -1;
}

/** Channels of a decode stream, step-major and lane-minor; -1 where a lane is padded. */
export function streamChannels(lanes: Lanes, channels: number): Int32Array {
  const steps = Math.ceil(channels / lanes.lanes);
  return Int32Array.from({ length: steps * lanes.lanes }, (_, i) =>
    within(laneChannel(lanes, channels, Math.floor(i / lanes.lanes), i % lanes.lanes), channels),
  );
}
