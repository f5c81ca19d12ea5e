/** The C-simulated kernels of a project behind the stand-ins of XRT and VRT. */
import type { DesignKernels } from '../src/core/generate/kernels.ts';
import { printType } from '../src/core/generate/print-cpp.ts';

/**
 * C++ that registers the kernels of a project with the card of the stand-ins.
 * @param trouble a file with what the card says instead of loading a bitstream; while it is empty, the card is well.
 */
export function glue({ kernels, stages }: DesignKernels, trouble = ''): string {
  const links = [...stages.prefill.links, ...stages.decode.links];
  const linkOf = (kernel: string, name: string): number =>
    links.findIndex(
      (link) => (link.from === kernel && link.sent === name) || (link.to === kernel && link.received === name),
    );
  const calls = kernels.map(({ name, parameters }) => {
    const args = parameters.map((parameter, index) => {
      if (parameter.kind === 'stream') return `link_${linkOf(name, parameter.name)}`;
      if (parameter.kind === 'scalar') return `a.value<${parameter.type}>(${index})`;
      return `a.pointer<std::remove_pointer_t<${parameter.cpp.slice(0, parameter.cpp.lastIndexOf('*') + 1)}>>(${index})`;
    });
    return `  card::add("${name}", [](const card::Arguments& a) { ${name}(${args.join(', ')}); });`;
  });
  return `#include "card.hpp"
#include "kernels.hpp"
${links.map((link, index) => `static hls::stream<${printType(link.type)}> link_${index};`).join('\n')}
static const bool registered = [] {
${links.map((_, index) => `  link_${index}.link();`).join('\n')}
${calls.join('\n')}
  card::trouble() = ${JSON.stringify(trouble)};
  return true;
}();
`;
}
