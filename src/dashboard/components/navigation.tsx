/** The navigation: the views, in their order. */
import { hrefOf, useRoute, VIEWS } from "../route.ts";
import { VIEW_KEYS, VIEW_NAMES } from "../view_names.ts";

/** A link to each view. */
export function Navigation() {
  const { view } = useRoute();
  return (
    <nav className="navigation" aria-label="Views">
      {VIEWS.map((name) => (
        <a
          key={name}
          href={hrefOf(name)}
          aria-current={name === view ? "page" : undefined}
          title={`${VIEW_NAMES[name]} (g ${VIEW_KEYS[name]})`}
        >
          {VIEW_NAMES[name]}
        </a>
      ))}
    </nav>
  );
}
