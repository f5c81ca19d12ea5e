import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';

/** The layout engine in its worker, loaded when a canvas is tidied up for the first time. */
const engine = new ELK({ workerFactory: () => new Worker(workerUrl, { name: 'layout' }) });

export const layout = (graph: ElkNode): Promise<ElkNode> => engine.layout(graph);
