/** A receiver of alerts that tells what it was sent, and the secrets that alerts have. */
import type { Canary } from "./canary_search.ts";

/** A part of the address, by which some receivers know who sends. */
const ADDRESS = "canaryHook6b0e2f";

function secret(): string {
  return `whsec_${crypto.getRandomValues(new Uint8Array(32)).toBase64()}`;
}

/** The receiver. */
export interface TellingWebhook extends AsyncDisposable {
  /** Secrets, address, and the signatures of what it was sent. */
  canaries(): Canary[];
  /** How often it was asked. */
  readonly asked: number;
  /** Writes a file of rules, of which one always fires, and gives the settings that name it. */
  configure(folder: string): Record<string, string>;
}

/** Starts one on a free port of 127.0.0.1. It refuses everything, and repeats what it was sent. */
export function startTellingWebhook(): TellingWebhook {
  const [inVariable, replaced, inFile] = [secret(), secret(), secret()];
  const signatures: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const signed = request.headers.get("webhook-signature") ?? "";
      signatures.push(...signed.split(" ").map((each) => each.slice(3)));
      const echo = JSON.stringify({ url: request.url, headers: [...request.headers] });
      const headers = { location: `http://127.0.0.1:1/${ADDRESS}`, "retry-after": "1" };
      return new Response(`${echo} ${await request.text()}`, {
        status: signatures.length % 2 === 0 ? 500 : 302,
        statusText: ADDRESS,
        headers,
      });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/${ADDRESS}`;
  return {
    canaries: () => [
      ...[inVariable, replaced, inFile].flatMap((text, index) => [
        { name: `webhook secret ${index}`, text: text.slice("whsec_".length) },
        { name: `webhook secret ${index}, its bytes`, text: bytesOf(text) },
      ]),
      { name: "webhook address", text: ADDRESS },
      ...signatures.map((text) => ({ name: "webhook signature", text })),
    ],
    get asked() {
      return signatures.length;
    },
    configure: (folder) => {
      const [file, secretFile] = [`${folder}/rules.json`, `${folder}/hook.secret`];
      const when = { metric: "revenue.collected", op: ">=", value: "0" };
      const webhooks = [
        { name: "variable", url, secretEnv: "PNL_ALERT_SECRET_CANARY" },
        { name: "file", url, secretFile },
      ];
      const rules = webhooks.map(({ name }) => ({ name: `always-${name}`, when, webhook: name }));
      Deno.writeTextFileSync(file, JSON.stringify({ rules, webhooks }));
      Deno.writeTextFileSync(secretFile, inFile!);
      const secrets = `${inVariable} ${replaced}`;
      return { PNL_ALERTS_FILE: file, PNL_ALERT_SECRET_CANARY: secrets };
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The key itself in hex, as a dump of it would have it. */
function bytesOf(text: string): string {
  return Uint8Array.fromBase64(text.slice("whsec_".length)).toHex();
}
