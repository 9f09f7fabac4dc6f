/** Text as HTML. */

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it is to be read. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (found) => ESCAPES[found] ?? "");
}

/** A text of the documents: `code` in backticks, everything else as it is. */
export function prose(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** Paragraphs and lists of a text of the documents. */
export function blocks(text: string): string {
  return text.split("\n\n").map((block) => {
    if (!block.startsWith("- ")) return `<p>${prose(block)}</p>`;
    const items = block.slice(2).split(/\n- /).map((item) => `<li>${prose(item)}</li>`);
    return `<ul>${items.join("")}</ul>`;
  }).join("\n");
}

/** Text that keeps its lines. Where it is too wide it scrolls, with the keys too. */
export function verbatim(label: string, text: string): string {
  return `<pre tabindex="0" role="region" aria-label="${escape(label)}"><code>${
    escape(text)
  }</code></pre>`;
}

/** A name as it may stand in an address after `#`. */
export function anchor(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

/** A heading that can be linked to: it is a link to itself. */
export function heading(level: 2 | 3 | 4, id: string, html: string): string {
  return `<h${level} id="${escape(id)}"><a href="#${escape(id)}">${html}</a></h${level}>`;
}
