/** The file of alert rules: its shape, and what is wrong with one. */
import { z } from "zod";
import { InvalidDecimalError, parseMoney } from "../pnl/money.ts";
import { SOURCE_NAMES } from "../pnl/sources.ts";
import { isLoopback } from "../sources/loopback.ts";
import { OPERATORS, PARTS } from "./condition.ts";
import { FIGURE_NAMES } from "./figures.ts";

/** Seconds of a year: nothing is waited for longer. */
const MOST_SECONDS = 31_536_000;
/** A repetition below this would only be noise, seconds. */
const LEAST_EVERY = 60;
const MOST_RULES = 100;
const MOST_WEBHOOKS = 20;

const NAME = z.string().regex(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  "is not a name of letters, digits, . _ -",
);

/** With the nine decimals that money has, and no more, so that nothing is rounded. */
const DECIMAL = z.string("is not a decimal in quotes").regex(
  /^-?\d{1,15}(\.\d{1,9})?$/,
  'is not a decimal such as "-1000.00"',
).refine(isDecimal, "is not a decimal");

function isDecimal(text: string): boolean {
  try {
    parseMoney(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidDecimalError) return false;
    throw error;
  }
}

const CONDITION = z.union([
  z.strictObject({
    metric: z.enum(FIGURE_NAMES, "is no figure; docs/OPERATIONS.md lists them"),
    op: z.enum(OPERATORS, `is none of ${OPERATORS.join(" ")}`),
    value: DECIMAL,
  }),
  z.strictObject({ stale: z.enum(SOURCE_NAMES, `is none of ${SOURCE_NAMES.join(", ")}`) }),
  z.strictObject({
    unreconciled: z.strictObject({
      above: DECIMAL.refine((text) => !text.startsWith("-"), "is below zero"),
    }),
  }),
  z.strictObject({ watchdog: z.enum(PARTS, `is none of ${PARTS.join(", ")}`) }),
]);

const RULE = z.strictObject({
  name: NAME,
  when: CONDITION,
  forSeconds: z.int().min(0).max(MOST_SECONDS).default(0),
  every: z.int().min(LEAST_EVERY).max(MOST_SECONDS).nullable().default(null),
  webhook: z.string(),
});

/** These become part of the command line's permissions, so that no blank or comma may stand in them. */
const PATH = z.string().regex(
  /^[^\s,*?[\]{}"'`$\\<>|;&()!#]+$/,
  "may hold no blank, comma, quote or wildcard",
);

const WEBHOOK = z.strictObject({
  name: NAME,
  url: z.string().refine(isReceiver, "is not an https address (http is for this machine only)"),
  secretEnv: z.string().regex(
    /^PNL_ALERT_SECRET(_[A-Z0-9]+)*$/,
    "is not a variable that begins with PNL_ALERT_SECRET",
  ).optional(),
  secretFile: PATH.optional(),
}).refine(
  ({ secretEnv, secretFile }) => (secretEnv === undefined) !== (secretFile === undefined),
  "needs secretEnv or secretFile, and not both",
);

/** An address that alerts may be sent to: no user, no fragment, encrypted unless it is this machine. */
function isReceiver(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return false;
  if (!/^[A-Za-z0-9.:[\]-]+$/.test(url.host)) return false;
  return url.protocol === "https:" || url.protocol === "http:" && isLoopback(url.hostname);
}

const FILE = z.strictObject({
  rules: z.array(RULE).max(MOST_RULES),
  webhooks: z.array(WEBHOOK).max(MOST_WEBHOOKS),
});

/** A rule. */
export type Rule = z.infer<typeof RULE>;

/** Where alerts are sent, without its secret. */
export type Webhook = z.infer<typeof WEBHOOK>;

/** What the file says. */
export type AlertRules = z.infer<typeof FILE>;

/** The file cannot be used. One line for each fault, each with the path of what is wrong. */
export class AlertRulesError extends Error {
  readonly code = "alert_rules_invalid";
  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "AlertRulesError";
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === "number" ? `${text}[${part}]` : `${text}${text && "."}${String(part)}`,
    "",
  ) || "$";
}

/** The fault of a condition: that of the kind which its first word says it is. */
function conditionIssues(value: unknown): z.core.$ZodIssue[] | null {
  const kinds = CONDITION.options;
  const kind = kinds.find(({ shape }) =>
    typeof value === "object" && value !== null && Object.keys(shape)[0]! in value
  );
  return kind?.safeParse(value).error?.issues ?? null;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => typeof at === "object" && at !== null ? Reflect.get(at, part) : undefined,
    value,
  );
}

function issueFaults(error: z.ZodError, value: unknown): string[] {
  return error.issues.flatMap((issue) => {
    const inner = issue.code === "invalid_union"
      ? conditionIssues(valueAt(value, issue.path))
      : null;
    if (issue.code === "invalid_union" && inner === null) {
      return [`${pathText(issue.path)}: is none of metric, stale, unreconciled, watchdog`];
    }
    return (inner ?? [issue]).map((each) => {
      const path = inner === null ? each.path : [...issue.path, ...each.path];
      return `${pathText(path)}: ${each.message}`;
    });
  });
}

/** Names that stand twice, and webhooks that are not there. */
function crossFaults({ rules, webhooks }: AlertRules): string[] {
  const faults: string[] = [];
  for (const [list, items] of [["rules", rules], ["webhooks", webhooks]] as const) {
    items.forEach(({ name }, index) => {
      if (items.findIndex((item) => item.name === name) < index) {
        faults.push(`${list}[${index}].name: ${JSON.stringify(name)} is there twice`);
      }
    });
  }
  rules.forEach(({ webhook }, index) => {
    if (webhooks.some(({ name }) => name === webhook)) return;
    faults.push(`rules[${index}].webhook: there is no webhook ${JSON.stringify(webhook)}`);
  });
  return faults;
}

/**
 * Reads the text of a file of alert rules.
 *
 * @throws {AlertRulesError} with every fault at once
 */
export function parseAlertRules(text: string): AlertRules {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AlertRulesError([`$: is no JSON: ${why}`]);
  }
  const result = FILE.safeParse(value);
  if (!result.success) throw new AlertRulesError(issueFaults(result.error, value));
  const faults = crossFaults(result.data);
  if (faults.length > 0) throw new AlertRulesError(faults);
  return result.data;
}
