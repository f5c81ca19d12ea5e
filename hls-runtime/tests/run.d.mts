export interface RuntimeTest {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

export interface RunOptions {
  readonly compilers?: readonly string[];
  /** Files whose names begin with it; all when absent. */
  readonly only?: string;
  readonly sanitize?: boolean;
  readonly jobs?: number;
  readonly onResult?: (result: RuntimeTest, seconds: number) => void;
}

/** Compiles and runs every test of the C++ runtime. */
export function runAll(options?: RunOptions): Promise<RuntimeTest[]>;
