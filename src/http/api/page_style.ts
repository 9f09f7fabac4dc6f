/** How the reference looks. Ink and ground have a contrast of at least 4.5:1 in both schemes. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f8; --surface: #ffffff; --sunken: #eaeef2; --line: #dde3e9;
  --ink: #111a24; --quiet: #4d5a68; --accent: #0a58ad;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #0c1117; --surface: #141b23; --sunken: #1b242e; --line: #2a3541;
    --ink: #e6ebf0; --quiet: #a4b0bd; --accent: #7ab8ff;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  overflow-wrap: anywhere;
}
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--surface); padding: .5rem 1rem; z-index: 1; }
.page { display: grid; grid-template-columns: 17rem minmax(0, 60rem); gap: 2rem; padding: 0 1.5rem; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 1.5rem 0; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
nav li a { display: block; padding: .2rem .4rem; text-decoration: none; border-radius: 5px; font-size: .875rem; }
nav li a:hover { background: var(--sunken); }
nav h2 { font-size: .875rem; margin: 0 0 .25rem; padding: 0 .4rem; color: var(--quiet); }
main { padding: 1.5rem 0 4rem; }
h1 { line-height: 1.2; margin: 0 0 .5rem; }
h2 { margin: 3rem 0 1rem; }
h3 { margin: 0 0 .5rem; font-size: 1.15rem; }
h4 { margin: 1.25rem 0 .25rem; font-size: .875rem; color: var(--quiet); }
h2 a, h3 a { color: inherit; text-decoration: none; }
h2 a:hover, h3 a:hover { text-decoration: underline; }
section section { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 1.25rem; margin: 0 0 1.25rem; }
p { margin: .5rem 0; }
.summary { font-size: 1.05rem; }
.method { font-size: .8rem; font-weight: 700; background: var(--sunken); padding: .15rem .4rem; border-radius: 5px; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, monospace; font-size: .875em; }
pre { background: var(--sunken); border-radius: 5px; padding: .75rem; overflow-x: auto; overflow-wrap: normal; max-height: 30rem; }
dl { margin: 0; }
dl > div { border-top: 1px solid var(--line); padding: .4rem 0; }
dt span { color: var(--quiet); font-size: .9rem; }
dt code { font-weight: 600; }
dt span code { font-weight: 400; }
dd { margin: .15rem 0 0 1rem; font-size: .9rem; }
details { margin: .75rem 0 0; }
summary { cursor: pointer; padding: .25rem 0; }
@media (max-width: 60rem) {
  .page { display: block; padding: 0 1rem; }
  nav { position: static; max-height: none; }
}
@media print { nav, .skip { display: none; } .page { display: block; } pre { max-height: none; white-space: pre-wrap; } }
`;
