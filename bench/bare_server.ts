/** A bare `Deno.serve` in a process of its own: one answer made of the bytes of a file. Prints its port. */
const bytes = await Deno.readFile(Deno.args[0]!);
const headers = { "content-type": "application/json; charset=utf-8" };
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  () => new Response(bytes, { headers }),
);
