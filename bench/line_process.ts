/** A process that is told what to do in lines, and answers in lines. */

/** Waits so long for an answer, in milliseconds, beyond what the work takes. */
const PATIENCE_MS = 30_000;

/** A child whose lines are read one by one. Disposing kills it. */
export class LineProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  /** @param command must not say what its standard input and output are */
  constructor(program: string, options: Omit<Deno.CommandOptions, "stdin" | "stdout">) {
    this.#child = new Deno.Command(program, { ...options, stdin: "piped", stdout: "piped" })
      .spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Runs a module of the benchmarks that may do nothing but talk to this machine. */
  static deno(module: string, args: readonly string[], ...flags: string[]): LineProcess {
    const path = new URL(`./${module}`, import.meta.url).pathname;
    const run = ["run", "-q", "--frozen", "--cached-only", "--allow-net=127.0.0.1", ...flags];
    return new LineProcess(Deno.execPath(), { args: [...run, path, ...args] });
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * The next line.
   *
   * @param withinMs how long the work takes
   * @throws where the process ends, or says nothing for half a minute longer
   */
  async next(withinMs = 0): Promise<string> {
    const timer = setTimeout(() => void this.#reader.cancel(), withinMs + PATIENCE_MS);
    try {
      for (;;) {
        const end = this.#text.indexOf("\n");
        if (end >= 0) {
          const line = this.#text.slice(0, end);
          this.#text = this.#text.slice(end + 1);
          return line;
        }
        const { value, done } = await this.#reader.read();
        if (done) throw new Error(`Process ${this.pid} ended, or says nothing`);
        this.#text += value;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Says a line, and waits for the answer. */
  async ask(line: string, withinMs = 0): Promise<string> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
    return await this.next(withinMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await Promise.allSettled([this.#reader.cancel(), this.#writer.abort()]);
  }
}
