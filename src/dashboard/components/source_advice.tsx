/** What to do about a source that does not answer. */
import { ageText } from "../format.ts";
import type { SourceName } from "../metrics.ts";
import type { SourceHealth } from "../sources/source_health.ts";
import { adviceOn, configureAdvice } from "../sources/standing.ts";

/** Properties of {@link SourceAdvice}. */
export interface SourceAdviceProps {
  readonly name: SourceName;
  readonly health: SourceHealth;
  /** The server's time, milliseconds. */
  readonly nowMs: number;
}

/** The advice; nothing where all is well. */
export function SourceAdvice({ name, health, nowMs }: SourceAdviceProps) {
  const { state, breaker } = health;
  if (state === "not_configured") return <p className="source-note">{configureAdvice(name)}</p>;
  const lastError = breaker?.lastError ?? null;
  if (lastError === null) return null;
  return (
    <div className="advice">
      <h3>What to do</h3>
      <p>{adviceOn(name, lastError.class)}</p>
      {state === "stopped"
        ? <p>Polling does not begin again by itself: start the server anew.</p>
        : <p>{recovery(health, nowMs)}</p>}
    </div>
  );
}

/** What happens by itself. */
function recovery({ breaker }: SourceHealth, nowMs: number): string {
  const kept = "Its figures stay as they were last read, and are marked stale.";
  if (breaker?.state !== "OPEN") return `It is asked again at its usual pace. ${kept}`;
  const { nextAttemptAt, consecutiveFailures } = breaker;
  const leftMs = nextAttemptAt === null ? 0 : Date.parse(nextAttemptAt) - nowMs;
  const when = leftMs > 0 ? `in ${ageText(leftMs)}` : "now";
  return `After ${consecutiveFailures} failures in a row the breaker opened. It is tried once ${when}, ` +
    `and closes by itself when that works. ${kept}`;
}
