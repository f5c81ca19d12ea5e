import { Download } from 'lucide-react';
import { memo, type RefObject } from 'react';
import { type Cell, saveCsv, savePng, saveSvg } from './plot-export.ts';

/** Saves a plot as SVG or PNG, and what is drawn as CSV. */
export const PlotExports = memo(function PlotExports({
  name,
  title,
  svg,
  rows,
}: {
  readonly name: string;
  readonly title: string;
  readonly svg: RefObject<SVGSVGElement | null>;
  readonly rows?: () => readonly (readonly Cell[])[];
}) {
  const withPlot = (save: (element: SVGSVGElement, file: string) => unknown) => () => {
    if (svg.current) void save(svg.current, name);
  };
  return (
    <fieldset className="exports">
      <legend className="sr-only">{`Save ${title}`}</legend>
      <Download size={12} aria-hidden="true" />
      <button type="button" aria-label={`Save ${title} as SVG`} onClick={withPlot(saveSvg)}>
        SVG
      </button>
      <button type="button" aria-label={`Save ${title} as PNG`} onClick={withPlot(savePng)}>
        PNG
      </button>
      {rows ? (
        <button type="button" aria-label={`Save ${title} as CSV`} onClick={() => saveCsv(rows(), name)}>
          CSV
        </button>
      ) : null}
    </fieldset>
  );
});

export function CsvExport({
  name,
  title,
  rows,
}: {
  readonly name: string;
  readonly title: string;
  readonly rows: () => readonly (readonly Cell[])[];
}) {
  return (
    <div className="exports">
      <Download size={12} aria-hidden="true" />
      <button type="button" aria-label={`Save ${title} as CSV`} onClick={() => saveCsv(rows(), name)}>
        CSV
      </button>
    </div>
  );
}
