/**
 * Checks of C++ sources for what an HLS tool would refuse or silently do otherwise: canonical dataflow regions, one
 * writer and one reader per channel, explicit FIFO depths, complete interfaces, valid pragmas, no constructs without
 * hardware. Textual, so it knows the style that the generator and the runtime library are written in.
 */
export interface LintProblem {
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** Pragmas and their options as the documentation of Vitis HLS 2023.2 to 2025.1 names them. */
const PRAGMAS: Readonly<Record<string, readonly string[]>> = {
  dataflow: ['disable_start_propagation'],
  stream: ['variable', 'depth', 'type', 'off'],
  pipeline: ['II', 'style', 'rewind', 'off'],
  unroll: ['factor', 'skip_exit_check', 'off'],
  array_partition: ['variable', 'dim', 'type', 'factor', 'complete', 'cyclic', 'block', 'off'],
  array_reshape: ['variable', 'dim', 'type', 'factor', 'complete', 'cyclic', 'block', 'object', 'off'],
  bind_storage: ['variable', 'type', 'impl', 'latency'],
  bind_op: ['variable', 'op', 'impl', 'latency'],
  interface: [
    'm_axi',
    's_axilite',
    'axis',
    'ap_none',
    'ap_ctrl_none',
    'port',
    'bundle',
    'offset',
    'depth',
    'latency',
    'max_read_burst_length',
    'max_write_burst_length',
    'num_read_outstanding',
    'num_write_outstanding',
    'max_widen_bitwidth',
    'mode',
  ],
  loop_tripcount: ['min', 'max', 'avg'],
  loop_flatten: ['off'],
  inline: ['off', 'recursive'],
  dependence: ['variable', 'type', 'inter', 'intra', 'dependent', 'false', 'true', 'class', 'direction', 'distance'],
  latency: ['min', 'max'],
  stable: ['variable'],
};

/** What has no hardware. */
const FORBIDDEN: readonly [RegExp, string][] = [
  [
    /\b(?:new|delete|malloc|calloc|realloc|free)\b\s*[([\w]/,
    'dynamic memory has no hardware; use arrays of fixed size',
  ],
  [/\b(?:throw|try|catch)\b/, 'exceptions have no hardware; check before or refuse by static_assert'],
  [/\b(?:virtual|dynamic_cast|typeid)\b/, 'run-time types have no hardware; use templates'],
  [/\bgoto\b/, 'goto cannot be scheduled; use structured control'],
  [
    /\bstd::(?:vector|string|map|set|deque|list|function|shared_ptr|unique_ptr|cout|cerr)\b/,
    'standard containers and streams have no hardware',
  ],
  [/\b(?:double)\b(?!.*\/\/ csim)/, 'double precision is not part of the arithmetic; use float or integers'],
  [/\bwhile\s*\(\s*(?:true|1)\s*\)/, 'an unbounded loop cannot be scheduled; give it a bound'],
];

/** Words that the generated hardware description uses itself; an argument of that name is renamed by the tool. */
const KEYWORDS = new Set(
  (
    'in out inout input output reg wire signal port map begin end module entity process component ' +
    'function task time real range register bit next select type use of is on open all block body case'
  ).split(' '),
);

/** Source with comments blanked and the parts that are not synthesised removed, line numbers kept. */
function synthesised(source: string): string[] {
  const clean = source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .split('\n')
    .map((line) => line.replace(/\/\/.*$/, ''));
  const result: string[] = [];
  /** Per open condition: whether lines under it are synthesised. */
  const open: boolean[] = [];
  for (const line of clean) {
    const directive = /^\s*#\s*(ifdef|ifndef|if|else|elif|endif)\b\s*(.*)$/.exec(line);
    if (!directive) {
      result.push(open.every(Boolean) ? line : '');
      continue;
    }
    result.push('');
    const [, word, rest] = directive;
    const synthesis = /__SYNTHESIS__/.test(rest ?? '');
    if (word === 'ifdef' || word === 'if') open.push(!synthesis || !/!\s*defined/.test(rest ?? ''));
    else if (word === 'ifndef') open.push(!synthesis);
    else if (word === 'else' && open.length > 0)
      open.push(!(open.pop() as boolean) || !clean.some((other) => other.includes('__SYNTHESIS__')));
    else if (word === 'endif') open.pop();
  }
  return result;
}

function checkPragmas(lines: readonly string[], report: (line: number, rule: string, message: string) => void): void {
  lines.forEach((line, index) => {
    const match = /^\s*#\s*pragma\s+HLS\s+(\w+)\s*(.*)$/i.exec(line);
    if (!match) {
      if (/^\s*#\s*pragma\b/.test(line) && !/^\s*#\s*pragma\s+once/.test(line))
        report(index, 'pragma', `unknown pragma '${line.trim()}'`);
      return;
    }
    const name = (match[1] as string).toLowerCase();
    const options = PRAGMAS[name];
    if (!options) {
      report(index, 'pragma', `there is no pragma HLS ${match[1]}`);
      return;
    }
    for (const option of (match[2] as string)
      .replace(/\s*=\s*/g, '=')
      .trim()
      .split(/\s+/)) {
      const key = option.split('=')[0] as string;
      if (key !== '' && !options.includes(key) && !options.includes(key.toUpperCase()))
        report(index, 'pragma', `pragma HLS ${name} has no option '${key}'`);
    }
  });
}

/** Arrays that count on zeros: ap_int has no value after its construction, whatever the braces say. */
function checkResets(lines: readonly string[], report: (line: number, rule: string, message: string) => void): void {
  lines.forEach((line, index) => {
    const name = /^\s*(?!.*\bconst\b)[\w:<>,\s]+\s(\w+)(?:\[[^\]]+\])+\s*(?:=\s*)?\{/.exec(line)?.[1];
    if (name)
      report(index, 'reset', `array ${name} counts on the initialisation by braces, which ap_int ignores; clear it`);
  });
}

interface Region {
  readonly name: string;
  readonly start: number;
  /** Whether its processes start without waiting for those that write what they read. */
  readonly apart: boolean;
  readonly body: readonly { readonly text: string; readonly line: number }[];
}

/** Functions whose body starts with the dataflow pragma. */
function regions(lines: readonly string[]): Region[] {
  const found: Region[] = [];
  lines.forEach((line, index) => {
    if (!/#\s*pragma\s+HLS\s+dataflow/i.test(line)) return;
    const head = lines[index - 1] ?? '';
    const name = /(\w+)\s*\(/.exec(head)?.[1] ?? '?';
    const body: { text: string; line: number }[] = [];
    for (let at = index + 1; at < lines.length && lines[at] !== '}'; at += 1)
      body.push({ text: (lines[at] as string).trim(), line: at });
    found.push({ name, start: index, apart: /\bdisable_start_propagation\b/i.test(line), body });
  });
  return found;
}

function checkRegion(region: Region, report: (line: number, rule: string, message: string) => void): void {
  /** Uses of every channel: of the whole, and of each element of an array. */
  const uses = new Map<string, { line: number; whole: number; elements: number[]; deep: boolean }>();
  for (const { text, line } of region.body) {
    if (text === '') continue;
    const declaration = /^(?:static\s+)?hls::stream<.+>\s+(\w+)(?:\[(\d+)\])?;$/.exec(text);
    if (declaration) {
      if (text.startsWith('static') && !region.apart)
        report(
          line,
          'start propagation',
          `channel ${declaration[1]} is kept from call to call, so its reader may stand before its writer; the region needs disable_start_propagation`,
        );
      uses.set(declaration[1] as string, {
        line,
        whole: 0,
        elements: new Array<number>(Number(declaration[2] ?? 1)).fill(0),
        deep: false,
      });
      continue;
    }
    const depth = /^#pragma HLS stream variable=(\w+) depth=(\d+)$/i.exec(text);
    if (depth) {
      const channel = uses.get(depth[1] as string);
      if (channel) channel.deep = Number(depth[2]) >= 1;
      continue;
    }
    const storage = /^#pragma HLS bind_storage variable=(\w+) (.*)$/i.exec(text);
    if (storage) {
      if (!uses.has(storage[1] as string) || !/^type=fifo impl=(?:srl|lutram|bram|uram)$/.test(storage[2] as string))
        report(line, 'storage', `'${text}' binds no FIFO of the region to a kind of memory`);
      continue;
    }
    const call = /^\w+\((.*)\);$/.exec(text);
    if (!call) {
      report(
        line,
        'canonical dataflow',
        `'${text.slice(0, 60)}' is neither a declaration nor a call; a dataflow region may contain nothing else`,
      );
      continue;
    }
    for (const argument of (call[1] as string).split(',').map((part) => part.trim())) {
      const plain = /^(\w+)(?:\[(\d+)\])?$/.exec(argument);
      if (!plain) {
        report(line, 'canonical dataflow', `the argument '${argument}' is an expression; pass a variable`);
        continue;
      }
      const channel = uses.get(plain[1] as string);
      if (!channel) continue;
      if (plain[2] === undefined) channel.whole += 1;
      else channel.elements[Number(plain[2])] = (channel.elements[Number(plain[2])] ?? 0) + 1;
    }
  }
  for (const [name, channel] of uses) {
    const total = channel.elements.map((count) => count + channel.whole).find((count) => count !== 2);
    if (total !== undefined)
      report(
        channel.line,
        'one writer, one reader',
        `channel ${name} is used by ${total} processes; it needs exactly a writer and a reader`,
      );
    if (!channel.deep) report(channel.line, 'FIFO depth', `channel ${name} has no explicit depth`);
  }
}

function checkKernels(lines: readonly string[], report: (line: number, rule: string, message: string) => void): void {
  lines.forEach((line, index) => {
    const head = /^(extern "C" )?void (\w+)\((.*)\) \{$/.exec(line);
    if (!head || (!head[1] && !/^#pragma HLS interface/.test(lines[index + 1] ?? ''))) return;
    const kernel = head[2] as string;
    const pragmas: string[] = [];
    for (let at = index + 1; /^#pragma/.test(lines[at] ?? ''); at += 1) pragmas.push(lines[at] as string);
    const declares = (mode: string, name: string): boolean =>
      pragmas.some(
        (pragma) =>
          pragma.startsWith(`#pragma HLS interface ${mode} `) && new RegExp(`\\bport=${name}\\b`).test(pragma),
      );
    const bundles = new Map<string, { name: string; written: boolean }[]>();
    for (const parameter of (head[3] as string).replace(/<[^<>]*(?:<[^<>]*>[^<>]*)*>/g, '<>').split(',')) {
      const name = /(\w+)$/.exec(parameter.trim())?.[1] ?? '';
      if (KEYWORDS.has(name.toLowerCase()))
        report(index, 'argument name', `'${name}' is a keyword of Verilog or VHDL; choose another name`);
      if (parameter.includes('hls::stream')) {
        if (!declares('axis', name)) report(index, 'interface', `stream ${name} of ${kernel} has no axis pragma`);
        continue;
      }
      if (!declares('s_axilite', name))
        report(index, 'interface', `argument ${name} of ${kernel} has no s_axilite pragma`);
      if (!parameter.includes('*')) continue;
      if (!declares('m_axi', name)) report(index, 'interface', `pointer ${name} of ${kernel} has no m_axi pragma`);
      const pragma = pragmas.find((text) => text.includes(' m_axi ') && text.includes(`port=${name} `)) ?? '';
      if (!/\bdepth=\d+/.test(pragma))
        report(index, 'interface', `pointer ${name} has no depth; co-simulation would stop`);
      const bundle = /\bbundle=(\w+)/.exec(pragma)?.[1] ?? '';
      bundles.set(bundle, [...(bundles.get(bundle) ?? []), { name, written: !parameter.includes('const ') }]);
    }
    if (!declares('s_axilite', 'return')) report(index, 'interface', `${kernel} has no s_axilite pragma for return`);
    for (const [bundle, pointers] of bundles) {
      for (const written of [true, false]) {
        const same = pointers.filter((pointer) => pointer.written === written);
        if (same.length > 1)
          report(
            index,
            'interface',
            `bundle ${bundle} is ${written ? 'written' : 'read'} through ${same.map((pointer) => pointer.name).join(' and ')}; give each its own`,
          );
      }
    }
  });
}

/** Functions that call themselves. Templates that end by overload are not recursion, so only equal arity counts. */
function checkRecursion(lines: readonly string[], report: (line: number, rule: string, message: string) => void): void {
  lines.forEach((line, index) => {
    const head = /^(?:static |inline )*(?:void|int|float|bool|unsigned|auto)\s+(\w+)\(([^)]*)\)\s*\{$/.exec(line);
    if (!head) return;
    for (let at = index + 1; at < lines.length && !/^\}/.test(lines[at] as string); at += 1) {
      if (new RegExp(`(?<![\\w:])${head[1]}\\(`).test(lines[at] as string))
        report(at, 'recursion', `${head[1]} calls itself; recursion has no hardware`);
    }
  });
}

/** All problems of one source file; lines are counted from 1. */
export function lintHls(source: string): LintProblem[] {
  const problems: LintProblem[] = [];
  const report = (line: number, rule: string, message: string): void => {
    problems.push({ line: line + 1, rule, message });
  };
  const lines = synthesised(source);
  lines.forEach((line, index) => {
    if (/^\s*#/.test(line)) return;
    for (const [pattern, message] of FORBIDDEN) if (pattern.test(line)) report(index, 'no hardware', message);
  });
  checkPragmas(lines, report);
  checkResets(lines, report);
  for (const region of regions(lines)) checkRegion(region, report);
  checkKernels(lines, report);
  checkRecursion(lines, report);
  return problems;
}
