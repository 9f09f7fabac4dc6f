/** What the server has said of itself and of the reader tells which questions it refuses. */
import { ApiError } from "./api.ts";
import { askedNode, nodeHasLog } from "./node.ts";
import { askedAccess } from "./sign_in.ts";

/** What only a node with a log answers. */
const OF_LOG = /^api\/(?:pnl\/(?:history|explain)|events|audit)(?![\w-])/;
/** What a key needs the scope `audit` for. */
const OF_AUDIT = /^api\/(?:events|audit)(?![\w-])/;
/** Asked before it is known who asks. */
const WHO_ASKS = /^api\/session(?![\w-])/;

/**
 * Why the server is known to refuse a path, as it would say it itself; null where it may answer. Waits a
 * moment for the server to say what it is, so that a page that begins there does not ask in vain.
 */
export async function refusalOf(path: string): Promise<ApiError | null> {
  if (!path.startsWith("api/") || WHO_ASKS.test(path)) return null;
  const { state, scopes } = await askedAccess();
  if (state === "needed") return new ApiError("unauthorized", 401, "The server wants a key.");
  if (!OF_LOG.test(path)) return null;
  const node = await askedNode();
  if (nodeHasLog(node) === false) {
    const { writer } = node;
    const message = `This node is an edge and holds no log; ask the writer at ${writer}.`;
    return new ApiError("not-on-this-node", 503, message, null, writer);
  }
  return state === "signed_in" && OF_AUDIT.test(path) && !scopes.includes("audit")
    ? new ApiError("forbidden", 403, "This needs a key with the scope audit.")
    : null;
}
