/** An event's canonical JSON. */
import { useState } from "react";
import { pretty } from "../events/pretty.ts";
import { preferences, usePreference } from "../preferences.ts";
import { CopyButton } from "./copy_button.tsx";

/** The text as it is stored, or laid out; it can be copied as it is stored. */
export function EventRecordText({ line }: { readonly line: string }) {
  const [laidOut, setLaidOut] = useState(true);
  const hidden = usePreference(({ hideAmounts }) => hideAmounts);
  return (
    <section className="card" aria-labelledby="record-title">
      <header className="card-head">
        <h2 id="record-title">Canonical JSON</h2>
        {hidden ? null : (
          <div className="card-tools">
            <button type="button" aria-pressed={laidOut} onClick={() => setLaidOut(!laidOut)}>
              Laid out
            </button>
            <CopyButton text={() => line} what="the event as it is stored" label="Copy" />
          </div>
        )}
      </header>
      {hidden
        ? (
          <p>
            The record holds amounts, which are hidden.{" "}
            <button type="button" onClick={() => preferences.setState({ hideAmounts: false })}>
              Show amounts
            </button>
          </p>
        )
        : (
          <pre className="record" tabIndex={0} aria-label="Text of the event" role="region">
            {laidOut ? pretty(line) : line}
          </pre>
        )}
    </section>
  );
}
