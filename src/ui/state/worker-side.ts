import type { Answered, Asked } from './worker-client.ts';

/** Answers the questions of a WorkerClient, one after another. */
export function answer<Question, Answer>(of: (question: Question) => Answer): void {
  const scope = self as unknown as {
    postMessage(message: Answered<Answer>): void;
    addEventListener(type: 'message', listener: (event: MessageEvent<Asked<Question>>) => void): void;
  };
  scope.addEventListener('message', ({ data: { id, question } }) => {
    try {
      scope.postMessage({ id, answer: of(question) });
    } catch {
      scope.postMessage({ id });
    }
  });
}
