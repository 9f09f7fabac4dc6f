/** The peer: `@event-driven-io/emmett-sqlite` on Node. */
import { join } from "node:path";
import { NpmPeer } from "./npm_peer.ts";

const PACKAGES = [
  "@event-driven-io/emmett@0.38.5",
  "@event-driven-io/emmett-sqlite@0.38.5",
  "sqlite3@5.1.7",
];
const BATCHES = 50;

/** What the peer needs, in milliseconds per event. */
export interface PeerFigures {
  readonly singleMs: number;
  readonly batchMs: number;
  readonly readMs: number;
}

let figures: Promise<PeerFigures | string> | undefined;

/** Installs and runs the peer once; a text says why it could not be measured. */
export function measureEmmett(dir: string): Promise<PeerFigures | string> {
  figures ??= (async () => {
    try {
      const peer = await NpmPeer.install(dir, "emmett", PACKAGES);
      const out = await peer.output([join(peer.home, "peer.db"), "500", `${BATCHES}`, "100"]);
      const { singleMs, batchMs, batchEvents, read, readMs } = JSON.parse(out);
      return { singleMs, batchMs: batchMs / batchEvents, readMs: readMs / read };
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  })();
  return figures;
}
