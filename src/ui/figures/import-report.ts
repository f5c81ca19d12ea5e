import { takeAnswers } from '../../core/edit/tool-answers.ts';
import { parseHardwareReport } from '../../core/models/hardware-report.ts';
import { ModelError } from '../../core/models/model-error.ts';
import { answersOf, parseProbeResult } from '../../core/models/probe-result.ts';
import { composer } from '../state/app-store.ts';
import { useReport } from './report-store.ts';

/** Shows the report of a build beside the estimates. */
function showReport(name: string, text: string): void {
  const { notify, setBottomTab, design } = composer.getState();
  const report = parseHardwareReport(text);
  useReport.setState({ report, file: name });
  setBottomTab('build');
  if (report.design === design.name)
    notify(`${name}: figures of a build of ${report.design} stand beside the estimates.`, { tone: 'success' });
  else
    notify(
      `${name} is of the design '${report.design}', not of this one. Its figures are shown, but compare them with that design.`,
      { tone: 'error' },
    );
}

/** Keeps the answers of the user's tools in the design, which follows them. */
function followProbe(name: string, text: string): void {
  const { notify, setBottomTab, edit } = composer.getState();
  const probe = parseProbeResult(text);
  // What was refused is told by the edit.
  if (!edit((design) => takeAnswers(design, probe))) return;
  useReport.setState({ probe });
  setBottomTab('build');
  const { release, held, failed } = answersOf(probe);
  const all = failed.length === 0;
  notify(
    `${name}: with the tools of release ${release} ${held.length} assumptions hold${all ? '' : ` and ${failed.length} do not; the design takes other forms where there are any`}.`,
    { tone: all ? 'success' : 'info' },
  );
}

/** Takes a file that the runner of an exported project wrote: the report of a build, or the result of a probe. */
export function importResult(name: string, text: string): void {
  try {
    if (/^\s*\{\s*"format"\s*:\s*"flexllm-probe"/.test(text)) followProbe(name, text);
    else showReport(name, text);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    composer.getState().notify(`${name} was not read. ${error.message}`, { tone: 'error' });
  }
}
