/** The view `explain`: how one number came about. */
import { Loading } from "../components/states.tsx";

/** Shows it for a metric such as `netPnl`, at a position of the log or (null) now. */
export function ExplainView(
  { metric, at }: { readonly metric: string; readonly at: string | null },
) {
  return <Loading what={`${metric} ${at ?? ""}`} />;
}
