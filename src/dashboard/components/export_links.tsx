/** What the filters let through, as files. */
import { urlOf } from "../api.ts";
import { type Filter, queryOf } from "../events/filter.ts";

/** Links to the files; the server writes them as they are read. */
export function ExportLinks({ filter }: { readonly filter: Filter }) {
  const href = (format: string) => urlOf(`api/events?${queryOf(filter, { format })}`).href;
  return (
    <div className="export">
      <span className="quiet" id="export-label">Export</span>
      <a className="button" href={href("csv")} download="" aria-describedby="export-label">CSV</a>
      <a className="button" href={href("ndjson")} download="" aria-describedby="export-label">
        NDJSON
      </a>
    </div>
  );
}
