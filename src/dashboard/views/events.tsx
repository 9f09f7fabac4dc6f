/** The view `events`. */
import { Loading } from "../components/states.tsx";

/** Shows it. */
export function EventsView() {
  return <Loading what="events" />;
}
