import assert from "node:assert/strict";
import { Exposition } from "./exposition.ts";
import { Histogram } from "./histogram.ts";

Deno.test("Exposition.text() is Prometheus's format 0.0.4, each family with its help and type", () => {
  const out = new Exposition();
  out.counter("pnl_a_total", "How often.", [[{ kind: "x" }, 3], [{ kind: "y" }, null]]);
  out.gauge("pnl_b", 'Says "b"\nand \\.', [[{}, 1.5]]);
  out.gauge("pnl_none", "Not known.", [[{}, null]]);
  out.state("pnl_c", "Which.", ["on", "off"], "off");
  const histogram = new Histogram([0.1, 1]);
  histogram.observe(0.1);
  histogram.observe(3);
  out.histogram("pnl_d_seconds", "How long.", [[{ of: "e" }, histogram.read()]]);
  assert.equal(
    out.text(),
    String.raw`# HELP pnl_a_total How often.
# TYPE pnl_a_total counter
pnl_a_total{kind="x"} 3
# HELP pnl_b Says "b"\nand \\.
# TYPE pnl_b gauge
pnl_b 1.5
# HELP pnl_c Which.
# TYPE pnl_c gauge
pnl_c{state="on"} 0
pnl_c{state="off"} 1
# HELP pnl_d_seconds How long.
# TYPE pnl_d_seconds histogram
pnl_d_seconds_bucket{of="e",le="0.1"} 1
pnl_d_seconds_bucket{of="e",le="1"} 1
pnl_d_seconds_bucket{of="e",le="+Inf"} 2
pnl_d_seconds_sum{of="e"} 3.1
pnl_d_seconds_count{of="e"} 2
`,
  );
});

Deno.test("Exposition escapes what would end a label's value", () => {
  const out = new Exposition();
  out.gauge("pnl_a", "A.", [[{ of: 'a"} 1\n\\' }, 1]]);
  assert.ok(out.text().endsWith('pnl_a{of="a\\"} 1\\n\\\\"} 1\n'));
});

Deno.test("Exposition refuses a name twice, and one that is none", () => {
  const out = new Exposition();
  out.gauge("pnl_a", "A.", [[{}, 1]]);
  assert.throws(() => out.counter("pnl_a", "A.", [[{}, 1]]), /exposed already/);
  assert.throws(() => out.gauge("pnl a", "A.", [[{}, 1]]), /no name/);
});
