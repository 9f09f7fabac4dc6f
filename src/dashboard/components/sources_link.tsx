/** The way to the sources, from where their events are missed. */
import { hrefOf } from "../route.ts";

/** The link. */
export function SourcesLink() {
  return <a href={hrefOf("sources")}>How the sources are</a>;
}
