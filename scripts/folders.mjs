/** The folders of the product in the order of their dependencies: each imports only from itself and from those before it. */

/** `src/core`, framework-free. */
export const CORE = [
  ['diagnostics', 'what can be wrong: codes, sentences, why'],
  ['targets', 'cards: resources, SLRs, memories, clocks'],
  ['models', 'architectures, import, weights, recipes, the reference'],
  ['design', 'the document: types, schema, numbers, cache'],
  ['ir', 'types, calls, expressions, memories of the C++ to come'],
  ['modules', 'the catalogue: one entry per module'],
  ['schedule', 'operations to passes, types of streams, problems'],
  ['lower', 'passes to processes, FIFOs, memory pointers'],
  ['estimate', 'time, resources, memory, energy'],
  ['templates', 'designs composed for a model; samples'],
  ['generate', 'the project: the only place that prints C++'],
  ['edit', 'changes of a design, with their repairs'],
];

/** `src/ui`. The files at its top (App, Dialogs, Notice, main) put them together and come last. */
export const UI = [
  ['styles', 'style sheets'],
  ['offline', 'the service worker'],
  ['words', 'quantities and names as the user reads them'],
  ['components', 'fields, buttons, hooks without a store'],
  ['state', 'the open document and the window'],
  ['files', 'documents at rest: browser, files, links'],
  ['figures', 'estimates and heat that several views show'],
  ['drawing', 'cards, wires and places of the canvas'],
  ['tour', 'the tour'],
  ['present', 'presentation'],
  ['export', 'projects, in a worker; pictures'],
  ['actions', 'all that the user can ask for'],
  ['canvas', 'the canvases'],
  ['adapt', 'what else has to change'],
  ['inspector', 'panels of what is selected'],
  ['side', 'outline, history, palette'],
  ['dialogs', 'frame of dialogs, plain ones'],
  ['recipe', 'number formats'],
  ['compare', 'two designs'],
  ['command', 'choosing by name'],
  ['estimates', 'dashboards'],
  ['panels', 'the lower panel'],
  ['header', 'the top of the window'],
];
