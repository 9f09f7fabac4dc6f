/** The view `sources`. */
import { Loading } from "../components/states.tsx";

/** Shows it. */
export function SourcesView() {
  return <Loading what="sources" />;
}
