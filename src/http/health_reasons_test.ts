import assert from "node:assert/strict";

/** What may stand in `reasons`, as the code says it; of a source with its name left out. */
function reasonsInCode(): string[] {
  const text = ["judgement.ts", "health_watch.ts"]
    .map((file) => Deno.readTextFileSync(new URL(file, import.meta.url))).join("\n");
  const words = text.matchAll(/(?:reasons\.push\(|reason: )["`]([^"`]+)["`]/g);
  const faults = ["stale", "degraded", "stopped"].map((fault) => `<source>_${fault}`);
  const plain = [...words].map(([, word = ""]) => word.replace(/\$\{[^}]*name\}/, "<source>"));
  return [...new Set([...plain, ...faults])].filter((word) => !word.includes("$"));
}

Deno.test("docs/API.md explains every reason that /health may give", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/API.md", import.meta.url));
  const table = page.split("\n").filter((line) => line.startsWith("| `")).join("\n");
  const reasons = reasonsInCode();
  assert.ok(reasons.length >= 16, reasons.join(" "));
  for (const reason of reasons) {
    const short = reason.replace("<source>", "");
    const isThere = table.includes(`\`${reason}\``) || table.includes(`\`${short}\``);
    assert.ok(isThere, `${reason} is not explained`);
  }
});
