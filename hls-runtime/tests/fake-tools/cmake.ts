/**
 * `cmake` for the SLASH project: reads CMakeLists.txt as far as such a project needs, with SlashTools' functions
 * build_hls_dir() and add_vbin(), and runs targets with the stand-ins beside it. The host program is really compiled.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync, copyFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseOptions } from './options.ts';
import { Failure, say, suffer, writeLines } from './world.ts';

interface Call {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
}

interface Target {
  readonly outputs: readonly string[];
  readonly needs: readonly string[];
  readonly inputs: readonly string[];
  readonly run: () => void;
}

const refuse = (message: string): Failure => new Failure([`CMake Error: ${message}`]);
const tools = dirname(fileURLToPath(import.meta.url));

/** Commands with their arguments; quoted text stays one argument. */
function parseCalls(text: string): Call[] {
  const calls: Call[] = [];
  const clean = text.replace(/(^|[^\\"])#[^\n]*/g, '$1');
  for (const match of clean.matchAll(/(\w+)\s*\(((?:"(?:[^"\\]|\\.)*"|[^()"])*)\)/g)) {
    const args = [...(match[2] as string).matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
      (argument) => argument[1] ?? (argument[2] as string),
    );
    calls.push({
      name: (match[1] as string).toLowerCase(),
      args,
      line: clean.slice(0, match.index).split('\n').length,
    });
  }
  return calls;
}

/** Arguments by keyword, as cmake_parse_arguments sorts them. */
function keywords(call: Call, known: readonly string[], needed: readonly string[]): Record<string, string[]> {
  const sorted: Record<string, string[]> = {};
  let current: string | undefined;
  for (const argument of call.args) {
    if (known.includes(argument)) {
      current = argument;
      sorted[current] ??= [];
    } else if (current === undefined) throw refuse(`${call.name}(): unexpected argument ${argument}`);
    else sorted[current]?.push(argument);
  }
  for (const name of needed) if ((sorted[name] ?? []).length === 0) throw refuse(`${call.name}(): ${name} is required`);
  return sorted;
}

function run(program: string, args: readonly string[], cwd: string): void {
  const result = spawnSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error !== undefined) throw refuse(`${program}: ${result.error.message}`);
  if (result.status !== 0)
    throw new Failure([`FAILED: ${program}`, 'ninja: build stopped: subcommand failed.'], result.status ?? 1);
}

class Project {
  readonly targets = new Map<string, Target>();
  private readonly variables = new Map<string, string>();
  private readonly source: string;
  private readonly binary: string;
  private readonly found = new Set<string>();
  private readonly includes = new Map<string, string[]>();
  private readonly properties = new Map<string, Map<string, string>>();

  constructor(source: string, binary: string) {
    this.source = source;
    this.binary = binary;
    for (const name of ['CMAKE_CURRENT_SOURCE_DIR', 'CMAKE_SOURCE_DIR']) this.variables.set(name, source);
    for (const name of ['CMAKE_CURRENT_BINARY_DIR', 'CMAKE_BINARY_DIR']) this.variables.set(name, binary);
    const path = join(source, 'CMakeLists.txt');
    if (!existsSync(path)) throw refuse(`The source directory "${source}" does not appear to contain CMakeLists.txt.`);
    for (const call of parseCalls(readFileSync(path, 'utf8')))
      this.call({ ...call, args: call.args.flatMap((argument) => this.expand(argument)) });
  }

  private expand(text: string): string[] {
    const value = text.replace(/\$\{(\w+)\}/g, (_all, name: string) => this.variables.get(name) ?? '');
    return value === '' && text !== '' ? [] : value.split(';');
  }

  private call(call: Call): void {
    const handlers: Readonly<Record<string, (call: Call) => void>> = {
      cmake_minimum_required: () => undefined,
      project: () => undefined,
      set: ({ args }) =>
        void this.variables.set(
          args[0] ?? '',
          args.slice(1, args.includes('CACHE') ? args.indexOf('CACHE') : undefined).join(';'),
        ),
      find_package: ({ args }) => this.findPackage(args),
      build_hls_dir: (own) => this.buildHls(own),
      add_vbin: (own) => this.addVbin(own),
      add_executable: (own) => this.addExecutable(own),
      target_include_directories: ({ args }) =>
        void this.includes.set(
          args[0] ?? '',
          args.filter((argument) => !/^(?:PRIVATE|PUBLIC)$/.test(argument)).slice(1),
        ),
      target_link_libraries: () => undefined,
      target_compile_options: () => undefined,
      target_compile_features: () => undefined,
      set_target_properties: ({ args }) =>
        void this.properties.set(args[0] ?? '', new Map([[args[2] ?? '', args[3] ?? '']])),
    };
    const handler = handlers[call.name];
    if (handler === undefined) throw refuse(`CMakeLists.txt:${call.line}: Unknown CMake command "${call.name}".`);
    handler(call);
  }

  private findPackage(args: readonly string[]): void {
    const [name] = args;
    if (name !== 'vrt' && name !== 'SlashTools')
      throw refuse(`Could not find a package configuration file provided by "${name}"`);
    for (const tool of name === 'SlashTools' ? ['v++', 'vitis-run', 'slashkit', 'vivado'] : []) {
      if (!existsSync(join(tools, tool)))
        throw refuse(
          tool === 'slashkit'
            ? 'SlashTools: Cannot find the SLASH linker.'
            : `build_hls(): ${tool} not found. Ensure Vitis is installed and ${tool} is on PATH.`,
        );
    }
    this.found.add(name);
  }

  private buildHls(call: Call): void {
    if (!this.found.has('SlashTools')) throw refuse('Unknown CMake command "build_hls_dir".');
    const known = keywords(
      call,
      ['TARGET', 'ROOT', 'DEVICE', 'KERNELS', 'OUT_DIR', 'OUT_IP_REPO', 'OUT_KERNELS'],
      ['TARGET', 'ROOT', 'DEVICE', 'KERNELS'],
    );
    const [name, root, device] = [
      known['TARGET']?.[0] as string,
      known['ROOT']?.[0] as string,
      known['DEVICE']?.[0] as string,
    ];
    const out = known['OUT_DIR']?.[0] ?? join(this.binary, name);
    const components: string[] = [];
    for (const kernel of known['KERNELS'] as string[]) {
      const [cpp, cfg] = [join(root, `${kernel}.cpp`), join(root, `${kernel}.cfg`)];
      for (const file of [cpp, cfg])
        if (!existsSync(file)) throw refuse(`build_hls_dir(): not found for kernel '${kernel}': '${file}'`);
      const folder = join(out, `build_${kernel}.${device}`);
      const component = join(folder, 'hls/impl/ip/component.xml');
      components.push(component);
      const build = (): void => {
        mkdirSync(folder, { recursive: true });
        // Nothing but these two files is copied: a kernel that includes another file of the project fails here.
        copyFileSync(cpp, join(folder, `${kernel}.cpp`));
        copyFileSync(cfg, join(folder, `${kernel}.cfg`));
        run(
          join(tools, 'v++'),
          ['-c', '--mode', 'hls', '--config', join(folder, `${kernel}.cfg`), '--work_dir', '.'],
          folder,
        );
        run(
          join(tools, 'vitis-run'),
          ['--mode', 'hls', '--package', '--config', join(folder, `${kernel}.cfg`), '--work_dir', '.'],
          folder,
        );
      };
      this.targets.set(`${name}_${kernel}`, { outputs: [component], needs: [], inputs: [cpp, cfg], run: build });
    }
    this.targets.set(name, {
      outputs: [],
      needs: (known['KERNELS'] as string[]).map((kernel) => `${name}_${kernel}`),
      inputs: [],
      run: () => undefined,
    });
    const list = known['OUT_KERNELS']?.[0];
    if (list !== undefined) this.variables.set(list, components.join(';'));
  }

  private addVbin(call: Call): void {
    if (!this.found.has('SlashTools')) throw refuse('Unknown CMake command "add_vbin".');
    const known = keywords(call, ['TARGET', 'PLATFORM', 'CFG', 'KERNELS'], ['TARGET', 'PLATFORM', 'CFG', 'KERNELS']);
    const [name, platform, config] = [
      known['TARGET']?.[0] as string,
      known['PLATFORM']?.[0] as string,
      known['CFG']?.[0] as string,
    ];
    const output = join(this.binary, `${name}.vbin`);
    const components = known['KERNELS'] as string[];
    const makers = [...this.targets]
      .filter(([, target]) => target.outputs.some((path) => components.includes(path)))
      .map(([maker]) => maker);
    const build = (): void =>
      run(
        join(tools, 'slashkit'),
        ['link', '-c', config, '-p', platform, '-o', output, '-k', ...components, '--vivado', join(tools, 'vivado')],
        this.binary,
      );
    this.targets.set(name, { outputs: [output], needs: makers, inputs: [config, ...components], run: build });
  }

  private addExecutable(call: Call): void {
    const [name = '', ...rest] = call.args;
    const sources = rest
      .filter((argument) => argument !== 'EXCLUDE_FROM_ALL')
      .map((path) => resolve(this.source, path));
    for (const source of sources) if (!existsSync(source)) throw refuse(`Cannot find source file: ${source}`);
    const build = (): void => {
      const folder = this.properties.get(name)?.get('RUNTIME_OUTPUT_DIRECTORY') ?? this.binary;
      mkdirSync(folder, { recursive: true });
      const includes = (this.includes.get(name) ?? []).map((path) => `-I${resolve(this.source, path)}`);
      const vrt = join(tools, 'vrt');
      const libraries = existsSync(join(vrt, 'lib')) ? [`-L${join(vrt, 'lib')}`, '-lvrt'] : [];
      run(
        'g++',
        [
          `-std=c++${this.variables.get('CMAKE_CXX_STANDARD') ?? '17'}`,
          ...includes,
          `-I${join(vrt, 'include')}`,
          ...sources,
          ...libraries,
          '-pthread',
          '-o',
          join(folder, name),
        ],
        this.binary,
      );
    };
    this.targets.set(name, { outputs: [join(this.binary, name, name)], needs: [], inputs: sources, run: build });
  }

  /** Brings a target up to date: what it needs first, itself when an input is newer than its output. */
  build(name: string): void {
    const target = this.targets.get(name);
    if (target === undefined) throw new Failure([`ninja: error: unknown target '${name}'`]);
    for (const need of target.needs) this.build(need);
    const time = (path: string): number => (existsSync(path) ? statSync(path).mtimeMs : Number.NaN);
    const made = target.outputs.map(time);
    const current = made.length > 0 && made.every((at) => target.inputs.every((input) => at >= time(input)));
    if (!current) target.run();
  }
}

export function cmake(args: readonly string[]): void {
  if (args[0] === '--version') {
    suffer('cmake', 'version');
    say('cmake version 3.28.3');
    return;
  }
  const { values } = parseOptions(
    args,
    { values: ['-S', '-B', '-G', '--build', '--target', '--parallel'], flags: [] },
    refuse,
  );
  if (values['--build'] === undefined) {
    const [source, binary] = [resolve(values['-S'] ?? '.'), resolve(values['-B'] ?? '.')];
    if (values['-G'] !== 'Ninja') throw refuse(`Could not create named generator ${values['-G']}`);
    suffer('cmake', 'configure');
    new Project(source, binary);
    writeLines(join(binary, 'CMakeCache.txt'), [`CMAKE_HOME_DIRECTORY:INTERNAL=${source}`]);
    say('-- Configuring done');
    return;
  }
  const binary = resolve(values['--build']);
  const cache = join(binary, 'CMakeCache.txt');
  if (!existsSync(cache)) throw refuse('could not load cache');
  const source = /CMAKE_HOME_DIRECTORY:INTERNAL=(.*)/.exec(readFileSync(cache, 'utf8'))?.[1] ?? '';
  const target = values['--target'] ?? 'all';
  suffer('cmake', 'build', target);
  new Project(source, binary).build(target);
  writeFileSync(join(binary, '.ninja_log'), '# ninja log v5\n');
}
