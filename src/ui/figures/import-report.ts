import { parseHardwareReport } from '../../core/models/hardware-report.ts';
import { ModelError } from '../../core/models/model-error.ts';
import { composer } from '../state/app-store.ts';
import { useReport } from './report-store.ts';

/** Shows the report of a build beside the estimates. */
export function importReport(name: string, text: string): void {
  const { notify, setBottomTab, design } = composer.getState();
  try {
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
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    notify(`${name} was not read. ${error.message}`, { tone: 'error' });
  }
}
