/** Which position of the log an explanation is of, and the way to others. */
import { type FormEvent, useId } from "react";
import type { Explanation } from "../explanation.ts";
import { whole } from "../format.ts";
import { goTo, hrefOf } from "../route.ts";
import { useBase } from "../bases.ts";
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import { useLive } from "../session.ts";
import { CopyButton } from "./copy_button.tsx";
import { Time } from "./time.tsx";

/** Properties of {@link ExplainPlace}. */
export interface ExplainPlaceProps {
  readonly explanation: Explanation;
  /** The position that it is compared with; null: with none. */
  readonly since: string | null;
}

/** The position and time, links to the newest and to what has changed, and a field for another position. */
export function ExplainPlace({ explanation, since }: ExplainPlaceProps) {
  const { metric, position, at } = explanation;
  const snapshot = useLive((state) => state.snapshot);
  const newest = snapshot?.position ?? position;
  const link = () =>
    new URL(hrefOf("explain", metric, { at: String(position), since }), location.href).href;
  return (
    <>
      <p className="place">
        At <a href={hrefOf("events", String(position))}>event {whole(position)}</a>, recorded{" "}
        <Time value={at} />
        {newest > position
          ? (
            <>
              {" "}–{" "}
              <a href={hrefOf("explain", metric, { at: String(newest) })}>
                go to the newest, {whole(newest)}
              </a>
            </>
          )
          : ", the newest"}
      </p>
      <div className="explain-tools">
        <CopyButton text={link} what="link to this explanation" label="Copy link" />
        {snapshot === null || since !== null
          ? null
          : <SinceBase metric={metric} position={position} snapshot={snapshot} />}
        {since === null
          ? null
          : (
            <a className="button" href={hrefOf("explain", metric, { at: String(position) })}>
              Do not compare
            </a>
          )}
        <PositionForm metric={metric} since={since} />
      </div>
    </>
  );
}

function SinceBase(
  { metric, position, snapshot }: {
    readonly metric: string;
    readonly position: number;
    readonly snapshot: DeliveredSnapshot;
  },
) {
  const base = useBase(snapshot, "trendPct");
  if (base === null || base.position >= position) return null;
  const params = { at: String(position), since: String(base.position) };
  return (
    <a className="button" href={hrefOf("explain", metric, params)}>
      What changed since the last final
    </a>
  );
}

function PositionForm(
  { metric, since }: { readonly metric: string; readonly since: string | null },
) {
  const id = useId();
  const go = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const at = new FormData(event.currentTarget).get("at");
    if (typeof at === "string" && at !== "") goTo(hrefOf("explain", metric, { at, since }));
  };
  return (
    <form className="position-form" onSubmit={go}>
      <label htmlFor={id}>At event</label>
      <input id={id} name="at" inputMode="numeric" pattern="[1-9][0-9]{0,15}" required size={8} />
      <button type="submit">Explain</button>
    </form>
  );
}
