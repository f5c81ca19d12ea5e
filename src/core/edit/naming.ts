/** Words that mean something in C++, Verilog or VHDL and must not name an instance. */
const RESERVED = new Set(
  (
    'alignas alignof and asm auto bool break case catch char class concept const constexpr continue decltype default delete do double else enum ' +
    'explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not nullptr operator or private ' +
    'protected public register requires return short signed sizeof static struct switch template this throw true try typedef typeid typename ' +
    'union unsigned using virtual void volatile while xor main std hls ap stream vec pass layer run ' +
    'always assign fork join begin buf end endcase endmodule entity event file function generate inout input integer is label library loop module ' +
    'negedge of on out output package parameter port posedge process range record reg select signal subtype task then time to type use ' +
    'variable wait when wire with'
  ).split(' '),
);

const PATTERN = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const MAX_LENGTH = 40;

/** Why a name cannot be an instance's; undefined when it can. */
export function nameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (name.length === 0) return 'Give it a name.';
  if (name.length > MAX_LENGTH) return `Names have at most ${MAX_LENGTH} characters.`;
  if (!PATTERN.test(name))
    return 'Names consist of small letters, digits and single underscores, and begin with a letter.';
  if (RESERVED.has(name)) return `'${name}' is a reserved word of C++ or of a hardware language; choose another name.`;
  if (taken.has(name)) return `'${name}' is taken; choose another name.`;
  return undefined;
}

/** The nearest legal name that is not taken: the wish itself, or with a number. */
export function uniqueName(wish: string, taken: ReadonlySet<string>): string {
  const words = wish
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, MAX_LENGTH - 5)
    .replace(/_+$/, '');
  const base = words === '' ? 'item' : words;
  let candidate = RESERVED.has(base) ? `${base}_1` : base;
  for (let index = 2; taken.has(candidate); index += 1) candidate = `${base}_${index}`;
  return candidate;
}

/** A file name without anything that a shell or a file system could take amiss. */
export function safeFileName(name: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 60);
  return safe === '' ? 'design' : safe;
}
