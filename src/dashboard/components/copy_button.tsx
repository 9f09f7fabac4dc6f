/** Copies a text. */
import { useEffect, useState } from "react";

const SAID_MS = 2_000;

/** Properties of {@link CopyButton}. */
export interface CopyButtonProps {
  /** Called when it is pressed. */
  readonly text: () => string;
  /** What is copied, in words that follow "Copy". */
  readonly what: string;
  /** Words on the button; without them it is an icon. */
  readonly label?: string;
}

/** A button that copies a text and says so; nothing where the browser has no clipboard for the page. */
export function CopyButton({ text, what, label }: CopyButtonProps) {
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  if (!isSecureContext) return null;
  const copy = () => {
    navigator.clipboard.writeText(text()).then(() => setSaid("copied"), () => setSaid("failed"));
  };
  return (
    <>
      <button
        type="button"
        className={label === undefined ? "copy copy-only" : "copy"}
        data-said={said}
        title={`Copy ${what}`}
        aria-label={label === undefined ? `Copy ${what}` : undefined}
        onClick={copy}
      >
        <CopyIcon done={said === "copied"} />
        {label}
      </button>
      <span role="status" className="unseen">
        {said === "copied" ? `Copied ${what}` : said === "failed" ? `Cannot copy ${what}` : ""}
      </span>
    </>
  );
}

function CopyIcon({ done }: { readonly done: boolean }) {
  return (
    <svg className="copy-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {done ? <path d="M3 8.5 6.5 12 13 4.5" /> : <path d="M5.5 5.5h7v7h-7zM3.5 10.5v-7h7" />}
    </svg>
  );
}
