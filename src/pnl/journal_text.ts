/**
 * The journal as text for ledger (https://ledger-cli.org, "Journal Format") and hledger
 * (https://hledger.org, "Journal"): the part of the format that both read alike.
 */
import { ACCOUNTS, type Balances } from "./accounts.ts";
import { FOLD_VERSION } from "./fold.ts";
import type { Entry, Remark } from "./journal.ts";
import { JOURNAL_TAGS } from "./journal_words.ts";
import { formatMoney, type Money, ZERO } from "./money.ts";

const ACCOUNT_WIDTH = Math.max(...ACCOUNTS.map((account) => account.length));
const AMOUNT_WIDTH = 20;

/**
 * What could end a line, or be read as a comment, a date, a second tag or a note. Texts come from
 * upstreams: none may write a posting of its own.
 */
const UNSAFE = /[^\p{L}\p{M}\p{N}.:/\-_#@+%&'$()?!=]+/gu;

function words(text: string): string {
  return text.replaceAll(UNSAFE, " ").trim();
}

function posting(account: string, amount: Money): string {
  return `    ${account.padEnd(ACCOUNT_WIDTH)}  ${formatMoney(amount).padStart(AMOUNT_WIDTH)} USD`;
}

/** How a journal begins: commodity, tags and accounts, so that a strict reader can hold entries to them. */
export function journalHeader(): string {
  return [
    "; The event log as a double-entry journal, for ledger and hledger. US dollars, UTC days.",
    "; The code of an entry, (N), is the position of its event.",
    `; Version ${FOLD_VERSION} of the fold.`,
    "commodity USD",
    ...JOURNAL_TAGS.map((tag) => `tag ${tag}`),
    ...ACCOUNTS.map((account) => `account ${account}`),
    "",
    "",
  ].join("\n");
}

/** An entry with its amounts to the last digit, or a comment. */
export function journalText(booked: Entry | Remark): string {
  if ("remark" in booked) return `; (${booked.position}) ${words(booked.remark)}\n\n`;
  const { date, position, title, tags, postings } = booked;
  return [
    `${date} * (${position}) ${words(title)}`,
    ...tags.map(([name, value]) => `    ; ${name}: ${words(value)}`),
    ...postings.map(([account, amount]) => posting(account, amount)),
    "",
    "",
  ].join("\n");
}

/**
 * How the journal of a whole log ends: an entry that moves nothing and asserts every balance, so that
 * what reads it finds whether a line is missing.
 */
export function journalEnd(date: string, position: number, balances: Balances): string {
  if (date === "") return "";
  return [
    `${date} * (${position}) Balances at position ${position}`,
    ...ACCOUNTS.map((account) =>
      `${posting(account, ZERO)} = ${formatMoney(balances[account])} USD`
    ),
    "",
  ].join("\n");
}
