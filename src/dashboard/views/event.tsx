/** One event of the log. */
import { Loading } from "../components/states.tsx";

/** Shows the event at a position. */
export function EventView({ position }: { readonly position: string }) {
  return <Loading what={`event ${position}`} />;
}
