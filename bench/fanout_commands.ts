/** How the servers of the fan-out benchmark are told to publish. */

/** The bytes that every client is sent for each message, without the transport's own few. */
export const FRAME_BYTES = 600;
/** Closes each message, and stands nowhere else: clients of event streams count it. */
export const MARK = "^";

/**
 * Publishes when told so on standard input, by lines `<times> <pause in ms>`; answers each with the
 * wall-clock times at which the messages were begun, as JSON.
 */
export async function obey(publish: (serial: number) => void): Promise<void> {
  let serial = 0;
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const [times = 0, pauseMs = 0] = text.split(" ").map(Number);
    const begun: number[] = [];
    const start = performance.now();
    for (let i = 1; i <= times; i++) {
      begun.push(Date.now());
      publish(serial++);
      const restMs = start + i * pauseMs - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, restMs)));
    }
    console.log(JSON.stringify(begun));
  }
}
