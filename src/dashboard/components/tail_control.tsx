/** How the live tail is, and the button that holds it. */
import type { FeedState } from "../events/event_feed.ts";
import { whole } from "../format.ts";

/** Why nothing moves. */
export type Held = "paused" | "page" | "reading";

/** Properties of {@link TailControl}. */
export interface TailControlProps {
  readonly tail: FeedState["tail"];
  /** Why nothing moves, `page` being that all of it is paused; null where it does. */
  readonly held: Held | null;
  readonly waiting: number;
  readonly toggle: () => void;
}

const WORDS: Readonly<Record<FeedState["tail"], string>> = {
  connecting: "Connecting",
  following: "Live",
  broken: "Reconnecting",
  refused: "Not live",
  off: "Complete: nothing more can match",
};

const HELD_WORDS: Readonly<Record<Held, string>> = {
  paused: "Paused",
  page: "Paused with the page",
  reading: "Held while you read",
};

const KINDS: Readonly<Record<FeedState["tail"], string>> = {
  connecting: "",
  following: "good",
  broken: "warn",
  refused: "bad",
  off: "",
};

/** The control. Only its state is read aloud, not each count. */
export function TailControl({ tail, held, waiting, toggle }: TailControlProps) {
  const isHeld = held !== null && tail === "following";
  const words = isHeld ? HELD_WORDS[held] : WORDS[tail];
  return (
    <div className="tail">
      <span role="status" className="badge" data-kind={isHeld ? "warn" : KINDS[tail]}>{words}</span>
      {held !== null && waiting > 0
        ? <span className="quiet tail-waiting">{whole(waiting)} new waiting</span>
        : null}
      {tail === "off"
        ? null
        : (
          <button type="button" aria-pressed={held === "paused"} onClick={toggle}>
            {held === "paused" ? "Resume" : "Pause"}
          </button>
        )}
    </div>
  );
}
