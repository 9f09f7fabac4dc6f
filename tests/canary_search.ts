/** Looks for planted secrets in everything that a server has said, however they are written there. */

/** A secret that was planted, and what it is. */
export interface Canary {
  readonly name: string;
  readonly text: string;
}

/** Where one was found. */
export interface Finding {
  readonly canary: string;
  readonly place: string;
  /** What stands around it. */
  readonly around: string;
}

const AROUND = 60;

/** A text as it may be written: plain, in JSON, in a URL, in base64, in hex. */
function spellings(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  // Of base64 the ends depend on what stands beside; what is left in the middle is the same.
  const base64 = [0, 1, 2].map((shift) => {
    const shifted = new Uint8Array([...new Uint8Array(shift), ...bytes]);
    return shifted.toBase64().slice(shift === 0 ? 0 : 4).replace(/.{0,4}={0,2}$/, "");
  });
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    ...base64.filter((each) => each.length >= 8),
    bytes.toHex(),
  ];
}

/** What a server has said, by place. */
export class Said {
  readonly #texts = new Map<string, string[]>();

  /** Notes what was said in a place. */
  add(place: string, text: string): void {
    const texts = this.#texts.get(place);
    if (texts === undefined) this.#texts.set(place, [text]);
    else texts.push(text);
  }

  /** What was said in a place, piece by piece. */
  texts(place: string): readonly string[] {
    return this.#texts.get(place) ?? [];
  }

  /** The places in which something was said. */
  get places(): readonly string[] {
    return [...this.#texts].filter(([, texts]) => texts.some((text) => text !== ""))
      .map(([place]) => place);
  }

  /** Every canary in every place, each once. */
  find(canaries: readonly Canary[]): Finding[] {
    const findings: Finding[] = [];
    for (const [place, texts] of this.#texts) {
      const whole = texts.join("\n");
      for (const { name, text } of canaries) {
        const at = Math.max(...spellings(text).map((spelling) => whole.indexOf(spelling)));
        if (at < 0) continue;
        const around = whole.slice(Math.max(0, at - AROUND), at + AROUND);
        findings.push({ canary: name, place, around });
      }
    }
    return findings;
  }
}
