/** A source: how it stands, when it is asked, and what depends on it. */
import { type ReactNode, useId } from "react";
import { ageText, whole } from "../format.ts";
import { SOURCE_LABELS, type SourceName } from "../metrics.ts";
import { hrefOf } from "../route.ts";
import type { SourceHealth } from "../sources/source_health.ts";
import { BREAKER_WORDS, standingOf } from "../sources/standing.ts";
import type { Weight } from "../sources/weights.ts";
import { ClockTime } from "./clock_time.tsx";
import { SourceAdvice } from "./source_advice.tsx";
import { SourceWeight } from "./source_weight.tsx";

/** Properties of {@link SourceCard}. */
export interface SourceCardProps {
  readonly name: SourceName;
  readonly health: SourceHealth;
  /** Null before the first figures. */
  readonly weight: Weight | null;
  readonly stale: boolean;
  /** Something of it is needed and not known yet. */
  readonly pending: boolean;
  /** Time of the event that set its figures. */
  readonly observedAt: string | null;
  /** The server's time, milliseconds. */
  readonly nowMs: number;
}

/** The card. */
export function SourceCard(props: SourceCardProps) {
  const { name, health, weight, stale, pending } = props;
  const id = useId();
  const { words, kind } = standingOf(health, stale);
  const isConfigured = health.state !== "not_configured";
  return (
    <article className="card source" data-source={name} data-kind={kind} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{SOURCE_LABELS[name]}</h2>
        <span className="badges">
          {stale && words !== "Stale" && isConfigured
            ? <span className="badge" data-kind="warn">Stale</span>
            : null}
          <span className="badge" data-kind={kind} data-standing={words}>{words}</span>
        </span>
      </header>
      {weight === null || !isConfigured ? null : <SourceWeight name={name} weight={weight} />}
      {isConfigured ? <SourceFacts {...props} /> : null}
      {pending
        ? (
          <p className="source-note">
            Something of it is needed and not known yet: margin and trends wait.
          </p>
        )
        : null}
      <SourceAdvice name={name} health={health} nowMs={props.nowMs} />
      {isConfigured
        ? (
          <footer className="source-links">
            <a href={hrefOf("events", null, { source: `/${name}` })}>
              Events of {SOURCE_LABELS[name]}
            </a>
            <a
              href={hrefOf("events", null, {
                source: `/${name}`,
                type: "pnl.source.degraded.v1",
              })}
            >
              Earlier failures of {SOURCE_LABELS[name]}
            </a>
          </footer>
        )
        : null}
    </article>
  );
}

function SourceFacts({ health, observedAt, nowMs }: SourceCardProps) {
  const { state, lastSuccessAt, nextPollAt, backfillRows, breaker } = health;
  const lastError = breaker?.lastError ?? null;
  return (
    <dl className="facts">
      <Fact name="Breaker">{breaker === null ? "not known" : BREAKER_WORDS[breaker.state]}</Fact>
      <Fact name="Last success">
        {lastSuccessAt === null ? "never" : <Ago at={lastSuccessAt} nowMs={nowMs} />}
      </Fact>
      <Fact name="Next poll">
        <Until at={nextPollAt} nowMs={nowMs} stopped={state === "stopped"} />
      </Fact>
      <Fact name="Newest figure">
        {observedAt === null ? "none yet" : <Ago at={observedAt} nowMs={nowMs} />}
      </Fact>
      <Fact name="Failures in a row">
        <span className="figure">{whole(breaker?.consecutiveFailures ?? 0)}</span>
      </Fact>
      {state === "backfilling" ? <Fact name="Rows read so far">{whole(backfillRows)}</Fact> : null}
      <Fact name="Last error">
        {lastError === null ? "none" : (
          <>
            <code>{lastError.class}</code> <span className="source-error">{lastError.message}</span>
            {" "}
            <span className="quiet">
              <Ago at={lastError.at} nowMs={nowMs} />
            </span>
          </>
        )}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Ago({ at, nowMs }: { readonly at: string; readonly nowMs: number }) {
  return (
    <>
      <ClockTime value={at} />, {ageText(nowMs - Date.parse(at))} ago
    </>
  );
}

function Until(
  { at, nowMs, stopped }: {
    readonly at: string | null;
    readonly nowMs: number;
    readonly stopped: boolean;
  },
) {
  if (stopped) return "none: polling has stopped";
  if (at === null) return "under way";
  const leftMs = Date.parse(at) - nowMs;
  return leftMs < 1_000 ? "now" : `in ${ageText(leftMs)}`;
}
