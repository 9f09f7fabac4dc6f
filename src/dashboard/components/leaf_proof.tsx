/** Whether an event's hash is what the server says it is. */
import type { EventRecord } from "../events/use_record.ts";
import { CopyButton } from "./copy_button.tsx";

/** The hash, and what this browser found when it computed it itself. */
export function LeafProof({ record }: { readonly record: EventRecord }) {
  const { told, computed } = record;
  const verdict = verdictOf(told, computed);
  return (
    <section className="card" aria-labelledby="leaf-title" data-verdict={verdict}>
      <header className="card-head">
        <h2 id="leaf-title">Leaf hash</h2>
        <span className="badge" data-kind={KINDS[verdict]}>{WORDS[verdict]}</span>
      </header>
      {verdict === "mismatch"
        ? (
          <p className="alarm" role="alert">
            This event is not what its hash says: it was changed on its way, or in the log. Run{" "}
            <code>deno task verify</code> on the server, and believe no figure before.
          </p>
        )
        : null}
      <dl className="hashes">
        <dt>The server says</dt>
        <dd className="mono hash">
          {told ?? "nothing"}
          {told === null ? null : <CopyButton text={() => told} what="the leaf hash" />}
        </dd>
        <dt>Computed here</dt>
        <dd className="mono hash">{computed ?? "not available"}</dd>
      </dl>
      <p className="quiet small">{EXPLANATIONS[verdict]}</p>
    </section>
  );
}

type Verdict = "verified" | "mismatch" | "unavailable" | "untold";

function verdictOf(told: string | null, computed: string | null): Verdict {
  if (computed === null) return "unavailable";
  if (told === null) return "untold";
  return told === computed ? "verified" : "mismatch";
}

const WORDS: Readonly<Record<Verdict, string>> = {
  verified: "Verified here",
  mismatch: "Mismatch",
  unavailable: "Not available",
  untold: "Not told",
};

const KINDS: Readonly<Record<Verdict, string>> = {
  verified: "good",
  mismatch: "bad",
  unavailable: "warn",
  untold: "warn",
};

const FORMULA = "SHA-256 of the byte 0x00 and the line below, as RFC 9162 has it";

const EXPLANATIONS: Readonly<Record<Verdict, string>> = {
  verified: `${FORMULA}, computed by this browser and equal to the server's.`,
  mismatch: `${FORMULA}, computed by this browser, is another than the server's.`,
  unavailable:
    `${FORMULA}. Browsers compute it only for pages of https or of this machine; open the page there to check it.`,
  untold: `${FORMULA}. The server, or a proxy before it, left it out.`,
};
