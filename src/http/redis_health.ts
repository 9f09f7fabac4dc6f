/** What is known of Redis, as `/health` shows it. */

/** How the writer's mirror of the log stands. */
export interface MirrorHealth {
  readonly state: "waiting" | "filling" | "following" | "failed";
  /** Position of the newest event that Redis has. */
  readonly position: number;
  /** Events of the log that Redis has not yet. */
  readonly lagEvents: number;
  /** How long the oldest of them has waited, in seconds. */
  readonly lagSeconds: number;
  /** How often it was begun anew since the start, because Redis did not continue the log. */
  readonly begun: number;
  readonly lastError: string | null;
}

/** Redis as this process sees it. What only a writer does is absent on an edge. */
export interface RedisHealth {
  readonly connection: "connecting" | "ready" | "down";
  /** Free of credentials. */
  readonly lastError: string | null;
  /** The tier of the read path answers: its breaker is closed, and what is there is believed. */
  readonly readable: boolean;
  readonly lease?: "held" | "waiting" | "lost";
  /** Of the mirror; null while none is verified. */
  readonly branch?: string | null;
  readonly mirror?: MirrorHealth;
  /** The newest snapshot that is there. */
  readonly snapshots?: { readonly offset: number | null };
}
