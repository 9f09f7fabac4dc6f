/** The view `curve`. */
import { Loading } from "../components/states.tsx";

/** Shows it. */
export function CurveView() {
  return <Loading what="curve" />;
}
