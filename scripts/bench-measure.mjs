/** How the benchmarks measure and what they print. */
let slow = 0;

/** A line about a figure; `fine` says whether it is as expected. */
export function report(what, value, unit, fine) {
  const ok = fine(value);
  if (!ok) slow += 1;
  console.log(`${ok ? 'ok  ' : 'SLOW'}  ${what}: ${value.toFixed(value < 10 ? 2 : 0)} ${unit}`);
}

/** Figures of this process that were not as expected. */
export const slowOnes = () => slow;

/** Milliseconds of `times` calls after some that warm up, ascending. */
export function measure(work, times = 200, warm = 60) {
  for (let index = 0; index < warm; index += 1) work(index);
  const samples = [];
  for (let index = 0; index < times; index += 1) {
    const from = performance.now();
    work(index);
    samples.push(performance.now() - from);
  }
  return samples.sort((a, b) => a - b);
}

export const percentile = (samples, share) => samples[Math.min(samples.length - 1, Math.floor(samples.length * share))];
