/** The page that stands at `/` while the dashboard is not built. */

/** It needs no style and no script: its policy lets it have none of its own. */
export const UNBUILT = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>The dashboard is not built</title>
  </head>
  <body>
    <main>
      <h1>The dashboard is not built</h1>
      <p>Run <code>deno task build</code> (or <code>npx --yes deno@2.9.6 task build</code>), then start the server
        again. <code>deno task start</code> does both.</p>
      <p>Everything else is served:</p>
      <ul>
        <li><a href="api/pnl/current">The current snapshot</a></li>
        <li><a href="api/pnl/breakdown">What it is made of</a></li>
        <li><a href="api/events">Events of the log</a></li>
        <li><a href="health">Health</a></li>
        <li><a href="docs">The API</a></li>
      </ul>
    </main>
  </body>
</html>
`;
