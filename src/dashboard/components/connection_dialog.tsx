/** All that is known of the connection. */
import type { ReactNode } from "react";
import { resync, togglePause } from "../actions.ts";
import { TRANSPORTS } from "../connection_words.ts";
import { closeDialog } from "../dialogs.ts";
import { ageText, NOTHING, whole } from "../format.ts";
import { useNode } from "../node.ts";
import { useAge, usePnl } from "../session.ts";
import { useConnection } from "./connection.tsx";
import { Dialog } from "./dialog.tsx";
import { Time } from "./time.tsx";

const TIERS: Readonly<Record<string, string>> = {
  memory: "memory",
  redis: "Redis",
  sqlite: "SQLite",
  default: "nowhere: the log is empty",
};

const ROLES = { all: "writer", edge: "edge, without a log of its own", unknown: "not known yet" };

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function LineFacts() {
  const { state, detail } = useConnection();
  const { transport, attempts, lastError, missed } = usePnl((line) => line);
  return (
    <>
      <Fact name="State">
        {detail === "" || transport !== null ? state : `${state}, ${detail}`}
      </Fact>
      <Fact name="Transport">{transport === null ? NOTHING : TRANSPORTS[transport]}</Fact>
      <Fact name="Failed attempts">{whole(attempts)}</Fact>
      <Fact name="Finals that came late">{whole(missed.count)}</Fact>
      <Fact name="Resynced">
        {missed.resyncs === 1 ? "once" : `${whole(missed.resyncs)} times`}
      </Fact>
      <Fact name="Last error">
        {lastError === null ? "none" : (
          <>
            {lastError.message} <code className="quiet">{lastError.code}</code>
          </>
        )}
      </Fact>
    </>
  );
}

function DataFacts() {
  const snapshot = usePnl((state) => state.snapshot);
  const ageMs = useAge();
  if (snapshot === null) return null;
  const { served, position, window: span } = snapshot;
  return (
    <>
      <Fact name="Age of the figures">{ageMs === null ? "not known" : ageText(ageMs)}</Fact>
      <Fact name="Confirmed to be the newest">{served.confirmed ? "yes" : "no"}</Fact>
      <Fact name="Sent">
        <Time value={served.at} />
      </Fact>
      <Fact name="From">{TIERS[served.from] ?? served.from}</Fact>
      <Fact name="Log position">{whole(position)}</Fact>
      <Fact name="Stream position">
        <code>{served.pos}</code>
      </Fact>
      <Fact name="Window">
        <Time value={span.start} /> {span.final ? "(final)" : "(open)"}
      </Fact>
    </>
  );
}

function NodeFacts() {
  const { role, writer, version, mode } = useNode();
  return (
    <>
      <Fact name="Node">{ROLES[role ?? "unknown"]}</Fact>
      {role === "edge" && (
        <Fact name="Writer">
          {writer === null ? "not heard of yet" : <a href={writer}>{writer}</a>}
        </Fact>
      )}
      <Fact name="Data">
        {mode === null
          ? "not known yet"
          : mode === "sandbox"
          ? "made up (sandbox)"
          : "of your accounts"}
      </Fact>
      <Fact name="Version">{version ?? NOTHING}</Fact>
    </>
  );
}

/** The dialog. */
export function ConnectionDialog() {
  const isPaused = usePnl(({ status }) => status === "paused");
  return (
    <Dialog title="Connection" onClose={closeDialog}>
      <dl className="connection-facts">
        <LineFacts />
      </dl>
      <h3>Figures</h3>
      <dl className="connection-facts">
        <DataFacts />
        <NodeFacts />
      </dl>
      <p className="row">
        <button type="button" onClick={togglePause}>{isPaused ? "Go on" : "Pause"}</button>
        <button type="button" onClick={resync}>Connect anew</button>
      </p>
    </Dialog>
  );
}
