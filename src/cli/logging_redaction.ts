/** Keeps secrets out of the log: by the name that a value has, by what it looks like, and by what it is. */
import type { LogRecord } from "@logtape/logtape";

/** What stands in a secret's place. */
const REDACTED = "[redacted]";

/** A value below any of these names is secret, as `apiKey`, `x-api-key` or `revenue_token`. */
const SECRET_WORDS = new Set(
  ("authorization cookie cookies credential credentials key keys passphrase password passwd pem " +
    "secret secrets signature ticket tickets token tokens").split(" "),
);

/** What secrets look like in a text, and what is left of it there. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, REDACTED],
  // One that was cut: its lines, broken or with \n in the text.
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?:\\[nr]|\s)+[A-Za-z0-9+/=]{12,})+(?:(?:\\[nr]|\s)+[A-Za-z0-9+/=]{1,76})?/g,
    REDACTED,
  ],
  [/\bwhsec_[A-Za-z0-9+/=]+/g, REDACTED],
  [/\bsk-ant-[A-Za-z0-9_-]+/g, REDACTED],
  // Of a key of this service its public part stays: an operator has to find it.
  [/\b(pnl_[a-z]+_[A-Za-z0-9]{6,})_[A-Za-z0-9_-]{16,}/g, `$1_${REDACTED}`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  // The user and password of a URL.
  [/(:\/\/)[^\s/?#@"']+@/g, `$1${REDACTED}@`],
  [
    /([?&;](?:ticket|token|key|api_?key|access_token|signature|password|secret)=)[^&\s"'#]+/gi,
    `$1${REDACTED}`,
  ],
  [
    /\b(authorization|(?:set-)?cookie|x-api-key|kalshi-access-(?:key|signature))(["']?\s*[:=]\s*["']?)[^"'\r\n]+/gi,
    `$1$2${REDACTED}`,
  ],
  [/\b(password|passwd|secret|signature)(["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi, `$1$2${REDACTED}`],
];

/** No value of a record is followed deeper, and no more of its members are kept. */
const MOST_DEPTH = 6;
const MOST_MEMBERS = 100;
/** Longer texts are cut, in characters: what an upstream sends may be of any length. */
const MOST_TEXT = 16_384;
/** A shorter text says nothing by being found in another. */
const LEAST_SECRET = 6;

/** True where a value of this name is secret. */
function isSecretName(name: string): boolean {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/)
    .some((word) => SECRET_WORDS.has(word));
}

/** One expression for all of these texts, the longest first; null where there are none. */
function anyOf(texts: Iterable<string>): RegExp | null {
  const known = [...new Set(texts)].filter((text) => text.length >= LEAST_SECRET)
    .sort((a, b) => b.length - a.length);
  if (known.length === 0) return null;
  return new RegExp(known.map((text) => RegExp.escape(text)).join("|"), "g");
}

/** The members of anything that has some, by name. */
function membersOf(value: object): [string, unknown][] {
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams) {
    return [...value].map(([name, member]) => [String(name), member]);
  }
  return Object.entries(value);
}

/** Takes secrets out of the values of one record. */
class Pass {
  /** Texts that stood under a secret name: they may stand in the message too. */
  readonly found = new Set<string>();
  readonly #text: (text: string) => string;
  readonly #above = new Set<object>();

  constructor(text: (text: string) => string) {
    this.#text = text;
  }

  /** A copy of a value without what is secret. */
  value(value: unknown): unknown {
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    if (value instanceof URL) return this.#text(value.href);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (this.#above.has(value) || this.#above.size >= MOST_DEPTH) return "[not shown]";
    this.#above.add(value);
    try {
      return this.#object(value);
    } catch {
      return "[unreadable]";
    } finally {
      this.#above.delete(value);
    }
  }

  #object(value: object): unknown {
    if (value instanceof Error) return this.#error(value);
    if (Array.isArray(value) || value instanceof Set) {
      return [...value].slice(0, MOST_MEMBERS).map((member) => this.value(member));
    }
    return Object.fromEntries(this.members(value));
  }

  /** The members of an object, those of a secret name hidden. Counts and flags are no secrets. */
  members(value: object): [string, unknown][] {
    return membersOf(value).slice(0, MOST_MEMBERS).map(([name, member]) => {
      const plain = member === null || ["number", "boolean", "undefined"].includes(typeof member);
      if (plain || !isSecretName(name)) return [name, this.value(member)];
      if (typeof member === "string") this.found.add(member);
      return [name, REDACTED];
    });
  }

  /** An error stays one, so that each sink shows it in its way. */
  #error(error: Error): Error {
    const cause = error.cause === undefined ? {} : { cause: this.value(error.cause) };
    const copy = error instanceof AggregateError
      ? new AggregateError(
        error.errors.slice(0, MOST_MEMBERS).map((each) => this.value(each)),
        this.#text(error.message),
        cause,
      )
      : new Error(this.#text(error.message), cause);
    copy.name = error.name;
    copy.stack = this.#text(error.stack ?? `${error.name}: ${error.message}`);
    return Object.assign(copy, Object.fromEntries(this.members({ ...error })));
  }
}

/** Takes secrets out of texts and of records of the log. */
export class Redactor {
  readonly #secrets: RegExp | null;
  /** Every sink gets the same records. */
  readonly #clean = new WeakMap<LogRecord, LogRecord>();

  /** @param secrets the credentials that this process has; wherever they appear they are hidden */
  constructor(secrets: Iterable<string>) {
    this.#secrets = anyOf(secrets);
  }

  /** The text without what is, or looks like, a secret; cut where it is very long. */
  text(text: string): string {
    let clean = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}… [cut]` : text;
    if (this.#secrets !== null) clean = clean.replace(this.#secrets, REDACTED);
    for (const [pattern, left] of PATTERNS) clean = clean.replace(pattern, left);
    return clean;
  }

  /** A copy of a record without secrets, errors' messages, stacks and causes included. */
  record(record: LogRecord): LogRecord {
    const known = this.#clean.get(record);
    if (known !== undefined) return known;
    const clean = this.#copy(record);
    this.#clean.set(record, clean);
    return clean;
  }

  #copy(record: LogRecord): LogRecord {
    const first = new Pass((text) => this.text(text));
    const seen = first.members(record.properties);
    const named = anyOf(first.found);
    // What stood under a secret name may stand in any other text of the record too.
    const pass = named === null
      ? first
      : new Pass((text) => this.text(text).replace(named, REDACTED));
    const message = record.message.map((part) =>
      typeof part === "string" && first.found.has(part) ? REDACTED : pass.value(part)
    );
    const properties = named === null ? seen : pass.members(record.properties);
    return { ...record, message, properties: Object.fromEntries(properties) };
  }
}
