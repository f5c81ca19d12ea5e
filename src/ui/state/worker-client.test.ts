import { expect, test } from 'vitest';
import { type Asked, WorkerClient } from './worker-client.ts';

/** A worker that answers when it is told to. */
class Fake {
  readonly asked: Asked<string>[] = [];
  ended = false;
  private readonly listeners = new Map<string, (event: unknown) => void>();
  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.listeners.set(type, listener);
  }
  postMessage(message: Asked<string>): void {
    this.asked.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  answer(index: number, answer?: string): void {
    this.listeners.get('message')?.({ data: { id: this.asked[index]?.id, answer } });
  }
  fail(): void {
    this.listeners.get('error')?.({});
  }
}

function client() {
  const made: Fake[] = [];
  const questions = new WorkerClient<string, string>(() => {
    made.push(new Fake());
    return made.at(-1) as unknown as Worker;
  });
  return { made, questions };
}

test('one worker answers all questions, each to whom has asked', async () => {
  const { made, questions } = client();
  const answers = [questions.ask('a'), questions.ask('b')];
  made[0]?.answer(1, 'B');
  made[0]?.answer(0, 'A');
  expect(await Promise.all(answers)).toEqual(['A', 'B']);
  questions.giveUp();
  expect(made[0]?.ended).toBe(false);
  expect(made).toHaveLength(1);
});

test('what is given up, or fails, is answered with nothing; the next question starts anew', async () => {
  const { made, questions } = client();
  const first = questions.ask('a');
  questions.giveUp();
  expect(await first).toBeUndefined();
  expect(made[0]?.ended).toBe(true);
  const second = questions.ask('b');
  made[1]?.fail();
  expect(await second).toBeUndefined();
  const third = questions.ask('c');
  made[2]?.answer(0);
  expect(await third).toBeUndefined();
});
