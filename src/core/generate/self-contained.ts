/** Sources in one file, for tools that copy nothing else. */

const INCLUDE = /^#include "(?:flexllm\/)?([a-z_0-9]+\.hpp)"\n/gm;

/**
 * The source of a kernel with the runtime headers that it includes, in order, each once. Its function has C++ linkage, as
 * SLASH declares it for emulation.
 */
export function selfContained(source: string, headers: Readonly<Record<string, string>>): string {
  const taken = new Set<string>();
  const expand = (text: string): string =>
    text.replace(INCLUDE, (_line, name: string) => {
      if (taken.has(name)) return '';
      taken.add(name);
      const header = headers[name];
      if (header === undefined) throw new Error(`the runtime library has no header ${name}`);
      return `\n// --- flexllm/${name}\n${expand(header.replace(/^#pragma once\n/m, ''))}// --- end of flexllm/${name}\n`;
    });
  return expand(
    source.replace('#include "kernels.hpp"\n', '#include "flexllm/types.hpp"\n').replace(/^extern "C" /gm, ''),
  );
}
