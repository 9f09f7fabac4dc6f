/** What an edge answers where only the writer has the answer. */
import type { AppDeps } from "./deps.ts";
import { HttpProblem } from "./problem.ts";

/** The problem that names where to ask instead, as far as that is known. */
export function notOnThisNode({ writerAddress }: Pick<AppDeps, "writerAddress">): HttpProblem {
  const writer = writerAddress();
  const where = writer === null ? ", whose address is not known yet" : ` at ${writer}`;
  return new HttpProblem(
    "not_on_this_node",
    `This node is an edge and holds no log; ask the writer${where}.`,
    { writer },
  );
}
