import { ASSUMPTIONS, type Assumption } from '../targets/assumptions.ts';

const link = (id: string): string =>
  `[${id}](../hls-runtime/probe/${id}.cpp) ([test bench](../hls-runtime/probe/${id}_tb.cpp))`;

function section({ id, title, why, shows, without, remedy }: Assumption): string {
  return `### ${title}

${why}

- micro-kernel: ${link(id)}
- must show, besides equal results in C-simulation and co-simulation: ${shows}
- else: ${without}${remedy === null ? '' : ' By itself; what was chosen by hand is warned of.'}
`;
}

/** docs/assumptions.md: what only the vendor's tools can confirm, and what a design does where they say no. */
export function assumptionsPage(): string {
  return `# What only the tools can confirm

Written by \`npm run docs\` from [src/core/targets/assumptions.ts](../src/core/targets/assumptions.ts). [The probe](runner.md#the-probe) asks each of them with a
micro-kernel. **None of them has met Vitis yet.**

${ASSUMPTIONS.map(section).join('\n')}`;
}
