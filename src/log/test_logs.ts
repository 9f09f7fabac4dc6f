/** What the service says in its log while a test runs. */
import { configure, type LogLevel, type LogRecord, reset } from "@logtape/logtape";

/** Every record of the project's loggers while `work` runs, from a level on. */
export async function withLogs(
  work: (records: LogRecord[]) => Promise<void>,
  lowestLevel: LogLevel = "trace",
): Promise<void> {
  const records: LogRecord[] = [];
  await configure({
    sinks: { memory: (record) => void records.push(record) },
    loggers: [
      { category: "pnl", sinks: ["memory"], lowestLevel },
      { category: ["logtape", "meta"], lowestLevel: "fatal" },
    ],
  });
  try {
    await work(records);
  } finally {
    await reset();
  }
}

/** What a record says, with its properties. */
export function textOf({ level, message, properties }: LogRecord): string {
  return `${level} ${message.join("")} ${JSON.stringify(properties)}`;
}
