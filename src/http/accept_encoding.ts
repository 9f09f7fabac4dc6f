/** Choosing a content encoding by what the client accepts (RFC 9110 §12.5.3). */
import type { Encoding } from "./dashboard_files.ts";

/** Smallest first. */
const OFFERED: readonly Encoding[] = ["br", "gzip"];

/** The smallest encoding that the client takes; `identity` where it names none, which every client takes. */
export function chooseEncoding(accepted: string | null): Encoding {
  const asked = new Map<string, number>();
  for (const part of (accepted ?? "").toLowerCase().slice(0, 1_000).split(",")) {
    const [name, ...parameters] = part.split(";").map((text) => text.trim());
    const q = parameters.find((text) => text.startsWith("q="));
    if (name !== undefined && name !== "") {
      asked.set(name, q === undefined ? 1 : Number(q.slice(2)));
    }
  }
  const weight = (name: Encoding) => asked.get(name) ?? asked.get("*") ?? 0;
  return OFFERED.find((name) => weight(name) > 0) ?? "identity";
}
