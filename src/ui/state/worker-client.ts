/** Questions to a worker, which starts with the first of them. The other side is `answer` in worker-side.ts. */

export interface Asked<Question> {
  readonly id: number;
  readonly question: Question;
}

/** No `answer`: the work has failed. */
export interface Answered<Answer> {
  readonly id: number;
  readonly answer?: Answer;
}

export class WorkerClient<Question, Answer> {
  private worker: Worker | undefined;
  private requests = 0;
  private readonly waiting = new Map<number, (answer: Answer | undefined) => void>();
  private readonly make: () => Worker;

  constructor(make: () => Worker) {
    this.make = make;
  }

  /** The answer; undefined when the work has failed or was given up. */
  ask(question: Question): Promise<Answer | undefined> {
    this.worker ??= this.started();
    this.requests += 1;
    const id = this.requests;
    this.worker.postMessage({ id, question } satisfies Asked<Question>);
    return new Promise((settle) => this.waiting.set(id, settle));
  }

  /** Ends what is still under way. */
  giveUp(): void {
    if (this.waiting.size > 0) this.stop();
  }

  private stop(): void {
    this.worker?.terminate();
    this.worker = undefined;
    for (const settle of this.waiting.values()) settle(undefined);
    this.waiting.clear();
  }

  private started(): Worker {
    const worker = this.make();
    worker.addEventListener('message', ({ data }: MessageEvent<Answered<Answer>>) => {
      this.waiting.get(data.id)?.(data.answer);
      this.waiting.delete(data.id);
    });
    worker.addEventListener('error', () => this.stop());
    return worker;
  }
}
