/** A stream as HTML: its messages, and why it is closed. */
import type { Channel, CloseCode, Message } from "./document.ts";
import { escape, heading, prose } from "./html.ts";
import { members } from "./page_shapes.ts";

/** The place of a stream on the page. */
export function channelId(name: string): string {
  return `messages-${name}`;
}

function message(name: string, { summary, payload }: Message): string {
  const told = summary === undefined ? "" : `: ${prose(summary)}`;
  return `<details><summary><code>${escape(name)}</code>${told}</summary>${
    members(payload)
  }</details>`;
}

function closeCodes(codes: readonly CloseCode[]): string {
  const items = codes.map(({ code, description, retry }) =>
    `<div><dt><code>${code}</code> <span>${retry ? "come back" : "do not come back"}</span></dt>` +
    `<dd>${prose(description)}</dd></div>`
  );
  return items.length === 0 ? "" : `<h4>Close codes</h4><dl>${items.join("\n")}</dl>`;
}

/** The stream, with everything that goes over it. */
export function channelSection(name: string, channel: Channel): string {
  const { address, title, messages, "x-close-codes": codes = [] } = channel;
  const each = Object.entries(messages).map(([key, of]) => message(key, of));
  return `<section>${heading(3, channelId(name), `<code>${escape(address)}</code>`)}
<p class="summary">${prose(title)}</p>
${each.join("\n")}
${closeCodes(codes)}</section>`;
}
