/** The view `now`. */
import { Loading } from "../components/states.tsx";

/** Shows it. */
export function NowView() {
  return <Loading what="now" />;
}
