import { hash } from "node:crypto";

/** What makes the streams of two projections comparable. */
export interface Identity {
  readonly logId: string;
  readonly foldVersion: number;
  /** Window length, milliseconds. */
  readonly windowMs: number;
}

/**
 * The epoch of a projection: the first 16 hex digits of SHA-256 over (log id, fold version, window
 * length). The same on every node and after every restart and rebuild.
 */
export function projectionEpoch({ logId, foldVersion, windowMs }: Identity): string {
  return hash("sha256", JSON.stringify([logId, foldVersion, windowMs]), "hex").slice(0, 16);
}
