/** A check of `doctor`, and what came of it. */

/** What a check found. */
export interface CheckResult {
  readonly name: string;
  /** `warn`: it works, and may not be what is wanted. `skip`: there was nothing to check. Neither is a fault. */
  readonly status: "ok" | "warn" | "fail" | "skip";
  /** What was seen, and where it failed, what to do. */
  readonly detail: string;
}

/** A check. What it throws is its failure. */
export interface Check {
  readonly name: string;
  run(): Promise<Omit<CheckResult, "name">> | Omit<CheckResult, "name">;
}

/** All is well, and this is what was seen. */
export function ok(detail: string): Omit<CheckResult, "name"> {
  return { status: "ok", detail };
}

/** It works, and may not be what is wanted. */
export function warn(detail: string): Omit<CheckResult, "name"> {
  return { status: "warn", detail };
}

/** Something is wrong. */
export function fail(detail: string): Omit<CheckResult, "name"> {
  return { status: "fail", detail };
}

/** There was nothing to check. */
export function skip(detail: string): Omit<CheckResult, "name"> {
  return { status: "skip", detail };
}

/** Runs the checks one after the other; one that throws has failed, and the others go on. */
export async function* runChecks(checks: readonly Check[]): AsyncGenerator<CheckResult> {
  for (const { name, run } of checks) {
    try {
      yield { name, ...await run() };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      yield { name, status: "fail", detail: detail.split("\n")[0] ?? detail };
    }
  }
}
