/** How the connection is: one line in the header, and all that is known of it behind it. */
import { useEffect, useState } from "react";
import { type ConnectionWords, connectionWords } from "../connection_words.ts";
import { openDialog } from "../dialogs.ts";
import { ageText } from "../format.ts";
import { useAge, usePnl } from "../session.ts";

const TICK_MS = 1_000;
/** That something was missed is said for so long. */
const MISSED_MS = 60_000;

/** What is said of the connection now; counts down by itself while a next try waits. */
export function useConnection(): ConnectionWords {
  const facts = usePnl(({ status, transport, retryAt, attempts, snapshot }) => ({
    status,
    transport,
    retryAt,
    attempts,
    confirmed: snapshot?.served.confirmed ?? true,
  }));
  const [, tick] = useState(0);
  const { retryAt } = facts;
  useEffect(() => {
    if (retryAt === null) return;
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [retryAt]);
  return connectionWords(facts, Date.now());
}

/** What was missed during breaks, for a while after it was; null where nothing was. */
function useMissed(): string | null {
  const missed = usePnl((state) => state.missed);
  const [shown, setShown] = useState<string | null>(null);
  useEffect(() => {
    const { count, resyncs } = missed;
    if (count === 0 && resyncs === 0) return;
    setShown(resyncs > 0 ? "gap, resynced" : `missed ${count}, caught up`);
    const timer = setTimeout(() => setShown(null), MISSED_MS);
    return () => clearTimeout(timer);
  }, [missed]);
  return shown;
}

/** How old the figures are by now. */
function Age() {
  const ageMs = useAge();
  const hasSnapshot = usePnl(({ snapshot }) => snapshot !== null);
  if (!hasSnapshot) return null;
  return (
    <span className="connection-age" data-age-ms={ageMs ?? ""}>
      {ageMs === null ? "age unknown" : `${ageText(ageMs)} old`}
    </span>
  );
}

/** The line in the header; it opens the details. */
export function Connection() {
  const { kind, state, detail } = useConnection();
  const missed = useMissed();
  return (
    <button
      type="button"
      className="connection"
      data-kind={kind}
      title="Connection: details"
      onClick={() => openDialog("connection")}
    >
      <span className="dot" aria-hidden="true" />
      <span className="connection-state">{state}</span>
      {detail !== "" && <span className="connection-detail">{detail}</span>}
      {missed !== null && <span className="connection-missed">{missed}</span>}
      <Age />
    </button>
  );
}

/** Reads changes of the connection aloud: not each second, and not each snapshot. */
export function ConnectionAnnouncer() {
  const { state } = useConnection();
  const missed = useMissed();
  return (
    <p className="unseen" role="status">
      Connection: {state}
      {missed !== null && `, ${missed}`}
    </p>
  );
}
