/** The view `breakdown`. */
import { Loading } from "../components/states.tsx";

/** Shows it. */
export function BreakdownView() {
  return <Loading what="breakdown" />;
}
