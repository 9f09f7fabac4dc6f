/** Follows documents from top to bottom: every command is run, every answer that is shown is compared. */
import assert from "node:assert/strict";
import { OpenApiCheck } from "../src/http/test_openapi.ts";
import { type Block, blocksOf, commandsOf, documents } from "./documents.ts";
import {
  notRun,
  OF_ANOTHER_NODE,
  PARSED_ONLY,
  type Place,
  placed,
  REFUSED,
} from "./document_commands.ts";
import type { Ran, Stage } from "./document_stage.ts";
import { completed } from "./document_shape.ts";
import { until } from "./server_process.ts";

const READY_MS = 30_000;

/** What a command was answered, by the address that it names and the status that the stage's curl tells. */
function answerOf(command: string, { out, err }: Ran): Answer {
  const [, path = ""] = /127\.0\.0\.1:\d+(\/[^\s'"?>]*)/.exec(command) ?? [];
  const status = Number(/^status (\d+)$/m.exec(err)?.[1] ?? 0);
  return { method: "GET", path, status, text: out };
}

/** What was answered, or is shown as an answer. */
interface Answer {
  readonly method: string;
  /** As the API's document writes it. */
  readonly path: string;
  readonly status: number;
  /** The body. */
  readonly text: string;
}

/** A reader who follows documents. */
export class Reader {
  readonly #stage: Stage;
  readonly #also: Record<string, string>;
  #place: Place;
  #check: OpenApiCheck | null = null;
  /** What was run and compared, to show that something was. */
  readonly done = { commands: 0, answers: 0 };

  /** @param also settings beside those of the stage; `REDIS_URL` stands for the one in the documents */
  constructor(stage: Stage, also: Record<string, string> = {}, redisUrl = "") {
    this.#stage = stage;
    this.#also = also;
    const { port, edgePort } = stage;
    this.#place = { port, edgePort, redisUrl, key: "", errorId: "", position: 700 };
  }

  /** Reads a document. Where it starts no server at its beginning, one runs already. */
  async read(path: string): Promise<void> {
    const document = documents().find((each) => each.path === path);
    assert.ok(document !== undefined, `${path} is there`);
    let last: Answer | null = null;
    let under = "";
    for (const block of blocksOf(document)) {
      if (block.heading !== under) last = null;
      under = block.heading;
      if (block.language === "sh") last = await this.#follow(block);
      else if (block.language === "json") await this.#compareJson(block, last);
      else if (block.language === "text") this.#compareLines(block, last?.text ?? "");
    }
  }

  /** Runs a command that is in no document. */
  async run(command: string): Promise<Ran> {
    return await this.#stage.run(command, this.#also);
  }

  /** Waits until the server has folded the sandbox's history and has finals. */
  async ready(): Promise<void> {
    const url = `http://127.0.0.1:${this.#stage.port}`;
    await until(
      async () => ({
        history: await (await fetch(`${url}/api/pnl/history?limit=1`)).json(),
        current: await (await fetch(`${url}/api/pnl/current`)).json(),
      }),
      ({ history, current }) =>
        current.status === 401 || (history.items?.length > 0 && current.quality?.complete === true),
      READY_MS,
    );
    const problem = await fetch(`${url}/api/events?limit=none`);
    this.#place = { ...this.#place, errorId: (await problem.json()).errorId };
  }

  /** @returns what the last command wrote to standard output, and what it asked for */
  async #follow(block: Block): Promise<Answer | null> {
    let last: Answer | null = null;
    for (const command of commandsOf(block.text)) {
      const where = `${block.path}:${block.line} ${command}`;
      if (notRun(command) !== undefined) continue;
      const ran = await this.run(placed(command, this.#place));
      this.#judge(command, where, ran);
      last = answerOf(command, ran);
      this.done.commands++;
      const key = /\bpnl_(?:test|live)_\S+/.exec(ran.out)?.[0];
      if (key !== undefined) this.#place = { ...this.#place, key };
      if (/\btask start\b/.test(command) && !command.includes("PNL_ROLE=edge")) await this.ready();
    }
    return last;
  }

  #judge(command: string, where: string, { code, out, err }: Ran): void {
    const said = `${where}\n${out.slice(-1_000)}\n${err.slice(-1_000)}`;
    // A shell goes on where a program is missing in a pipe or in what is put in its place.
    assert.doesNotMatch(err, /command not found/, said);
    const refused = REFUSED.find(({ begins }) => command.startsWith(begins));
    const status = /^status (\d+)$/m.exec(err)?.[1] ?? "";
    if (refused !== undefined) {
      assert.ok(code !== 0 || status >= "400", said);
      assert.match(out + err, refused.says, said);
      return;
    }
    assert.equal(code, 0, said);
    if (!command.includes("curl ")) return;
    assert.match(status, /^(200|204|304)$/, said);
    if (/curl -N\b/.test(command)) assert.match(out, /^(retry|event|id|data): ?\S/m, said);
  }

  /** What a document shows has to be of the shape of the answer: of the command before, or of its heading. */
  async #compareJson(block: Block, last: Answer | null): Promise<void> {
    if (PARSED_ONLY.some(({ path, heading }) => path === block.path && heading === block.heading)) {
      return;
    }
    const { path, heading, answer: other } = OF_ANOTHER_NODE;
    if (block.path === path && block.heading === heading) {
      return await this.#hold({ ...other, text: block.text }, `${path}:${block.line}`);
    }
    const answer = last ?? await this.#ask(block);
    const shown = completed(JSON.parse(block.text), JSON.parse(answer.text));
    await this.#hold(answer, "answered");
    await this.#hold({ ...answer, text: JSON.stringify(shown) }, `${block.path}:${block.line}`);
    this.done.answers++;
  }

  /** Asks for what the heading of a block names. */
  async #ask({ path: page, line, heading }: Block): Promise<Answer> {
    const [, method, path] = /^(GET|POST) (\/[^\s,]+)/.exec(heading) ?? [];
    assert.ok(
      method !== undefined && path !== undefined,
      `${page}:${line} is no answer to anything`,
    );
    const response = await fetch(`http://127.0.0.1:${this.#stage.port}${path}`, { method });
    return { method, path, status: response.status, text: await response.text() };
  }

  /** Holds an answer, real or shown somewhere, to the API's own document. */
  async #hold({ method, path, status, text }: Answer, where: string): Promise<void> {
    this.#check ??= await OpenApiCheck.of((path) =>
      fetch(`http://127.0.0.1:${this.#stage.port}${path}`)
    );
    const type = `application/${status >= 400 ? "problem+" : ""}json`;
    const response = new Response(text, { status, headers: { "content-type": type } });
    await this.#check.answer(method, path, response).catch((error) => {
      throw new Error(`${where} is not what the API's document says`, { cause: error });
    });
  }

  /** Of a stream the fields of a frame, and the name of the first event. */
  #compareLines(block: Block, answer: string): void {
    if (answer === "") return;
    const where = `${block.path}:${block.line}`;
    const [first] = /^event: \w+$/m.exec(block.text) ?? [];
    assert.ok(first !== undefined && answer.includes(`${first}\n`), `${where} ${first}`);
    for (const [field] of block.text.matchAll(/^(retry|id|data):/gm)) {
      assert.ok(answer.includes(`\n${field}`) || answer.startsWith(field), `${where} ${field}`);
    }
    this.done.answers++;
  }
}
