/** How the commands in the documents are run: in which order, and which are not. */

/** A command that no test runs, by how it begins, and why. */
export interface NotRun {
  readonly begins: string;
  readonly reason: string;
}

/** Documents that are followed one after another in one folder with one server. */
export const SESSIONS = {
  quickstart: ["docs/QUICKSTART.md"],
  pages: [
    "README.md",
    "docs/INTEGRATION.md",
    "docs/API.md",
    "docs/SECURITY.md",
    "docs/OPERATIONS.md",
    "docs/DEPLOYMENT.md",
    "docs/ARCHITECTURE.md",
    "docs/CONTRIBUTING.md",
  ],
} as const;

const ITSELF = "runs this very test";

/** Everything that is not run. These are held to bash's grammar, and what they name has to exist. */
export const NOT_RUN: readonly NotRun[] = [
  { begins: "npx --yes deno@2.9.6 task test", reason: ITSELF },
  { begins: "docker ", reason: "needs an engine; tests/dockerfile_steps.ts runs the steps" },
  { begins: "sudo ", reason: "changes the machine" },
  { begins: "journalctl ", reason: "needs the unit to run under systemd" },
];

/** A command that fails, or whose answer has a status of 400 or above, by how it begins. */
export interface Refused {
  readonly begins: string;
  readonly says: RegExp;
}

/** Commands that show what is refused. */
export const REFUSED: readonly Refused[] = [
  {
    begins: "sqlite3 data/sandbox/events.db 'delete",
    says: /events cannot be changed: DELETE is refused/,
  },
  { begins: "curl -s 'http://127.0.0.1:3000/api/pnl/history?limit=0'", says: /bad-parameter/ },
];

/** JSON that is no answer of the server, and what holds it to the code. */
export const PARSED_ONLY: readonly { path: string; heading: string; heldBy: string }[] = [
  {
    path: "docs/INTEGRATION.md",
    heading: "The billing service",
    heldBy: "tests/snippets_test.ts",
  },
  { path: "docs/OPERATIONS.md", heading: "Alerts", heldBy: "tests/snippets_test.ts" },
];

/** JSON that another node answers: which answer of the API's document it has to be. */
export const OF_ANOTHER_NODE = {
  path: "docs/API.md",
  heading: "Edges",
  answer: { method: "GET", path: "/api/pnl/history", status: 503 },
} as const;

/** What a command is listed under, if anything. */
export function notRun(command: string): NotRun | undefined {
  return NOT_RUN.find(({ begins }) => command.startsWith(begins));
}

/** What in the documents stands for something of the reader's, and is put in its place. */
export interface Place {
  /** Port of the server; the documents say 3000. */
  readonly port: number;
  /** Port of the edge; the documents say 3001. */
  readonly edgePort: number;
  /** The documents say `redis://127.0.0.1:6379`. */
  readonly redisUrl: string;
  /** The key that was made last; the documents say `<key>`. */
  readonly key: string;
  /** Of a problem that was answered; the documents say `0b7f…`. */
  readonly errorId: string;
  /** A position that the log has; the documents name some above 1,000. */
  readonly position: number;
}

/** A text of the documents, as it is for this machine. */
export function placed(text: string, place: Place): string {
  return text
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${place.port}`)
    .replaceAll("127.0.0.1:3001", `127.0.0.1:${place.edgePort}`)
    .replaceAll("PORT=3001", `PORT=${place.edgePort}`)
    .replaceAll("redis://127.0.0.1:6379", place.redisUrl)
    .replaceAll("<key>", place.key)
    .replaceAll("0b7f…", place.errorId)
    .replace(/(?<=\b(?:minPosition|at|after)=)1\d{3}\b/g, String(place.position));
}
