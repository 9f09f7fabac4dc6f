/** What compose.yaml, the Dockerfile, the unit and the proxy's recipe say fits together. */
import assert from "node:assert/strict";
import manifest from "../deno.json" with { type: "json" };
import { REDIS_RULES } from "./deployed.ts";
import { ROUTE_SCOPES } from "../src/access/route_scopes.ts";
import { readSteps } from "./dockerfile_steps.ts";

const read = (name: string) => Deno.readTextFileSync(new URL(`../${name}`, import.meta.url));
const compose = read("compose.yaml");
const nginx = read("deploy/nginx.conf");
const steps = readSteps(read("Dockerfile"));
const NODES = ["app", "edge1", "edge2"];
const SERVICES = [...NODES, "redis", "proxy"];

/** What is indented below a name: a service, or a list of a service. */
function below(name: string, text: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^ *${name}:`).test(line));
  assert.notEqual(start, -1, `there is no ${name}`);
  const indent = /^ */.exec(lines[start]!)![0].length;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.trim() !== "" && /^ */.exec(line)![0].length <= indent);
  return [lines[start], ...(end === -1 ? rest : rest.slice(0, end))].join("\n");
}

const services = below("services", compose);
const service = (name: string) => below(` {2}${name}`, services);
/** A service with what it takes over. */
const whole = (name: string) =>
  service(name) + (service(name).includes("<<: *node") ? below("x-node", compose) : "");

const unit = read("deploy/pnl_stream.service");

/** A setting of the unit. */
function settingOf(name: string): string {
  const [, value] = new RegExp(`^${name}=(.*)$`, "m").exec(unit) ?? [];
  assert.ok(value !== undefined, `the unit has no ${name}`);
  return value;
}

/** What is given before a command, as `NAME=value`. */
function givenBy(command: string): Record<string, string> {
  return Object.fromEntries(
    [...command.matchAll(/(?:^|\s)([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
}

function stepOf(word: string): string {
  return steps.findLast((step) => step.word === word)?.rest ?? "";
}

Deno.test("compose.yaml: every service is without privileges, writes only where it says, and comes back", () => {
  const named = [...services.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
  assert.deepEqual(named, SERVICES);
  for (const name of SERVICES) {
    const text = whole(name);
    assert.match(text, /read_only: true/, name);
    assert.match(text, /cap_drop: \[ALL\]/, name);
    assert.match(text, /no-new-privileges:true/, name);
    assert.match(text, /restart: unless-stopped/, name);
  }
  for (const name of ["redis", "proxy"]) assert.match(service(name), /user: (redis|nginx)\n/);
  assert.equal(stepOf("USER"), "pnl");
  assert.match(service("app"), /volumes: \["data:\/data", "logs:\/logs"\]/);
  for (const edge of ["edge1", "edge2"]) assert.match(service(edge), /tmpfs: /);
  const declared = [...below("^volumes", compose).matchAll(/^ {2}(\w+):/gm)].map(([, name]) =>
    name
  );
  assert.deepEqual(declared, ["data", "logs", "redis"]);
});

Deno.test("compose.yaml: one port is open, on the loopback, and no secret stands in it", () => {
  const ports = [...compose.matchAll(/ports: (.*)/g)].map(([, ports]) => ports);
  assert.deepEqual(ports, ['["127.0.0.1:8080:8080"]']);
  assert.match(nginx, /listen 8080;/);
  const said = compose.replaceAll(/#.*/g, "").match(/.*REDIS_PASSWORD.*/g) ?? [];
  for (const line of said) assert.match(line, /\$\{REDIS_PASSWORD(:\?[^}]*)?\}/);
  assert.match(
    service("redis"),
    /echo "requirepass \$\$REDISCLI_AUTH" \|/,
    "in no list of processes",
  );
  assert.doesNotMatch(service("redis"), /--requirepass/);
  for (const name of NODES) assert.match(service(name), /<<: \*node-settings|\*edge-settings/);
  assert.match(below("x-node-settings", compose), /PNL_AUTH: required/);
});

Deno.test("compose.yaml: addresses are the proxy's, who alone is believed, and none is given out twice", () => {
  const addressOf = (name: string) => /ipv4_address: ([\d.]+)/.exec(service(name))?.[1] ?? "";
  const addresses = [...NODES, "proxy"].map(addressOf);
  assert.equal(new Set(addresses).size, 4);
  for (const address of addresses) assert.match(address, /^172\.28\.0\.([1-9]\d)$/);
  assert.match(compose, /subnet: 172\.28\.0\.0\/24, ip_range: 172\.28\.0\.128\/25/);
  assert.match(compose, new RegExp(`PNL_TRUSTED_PROXIES: ${addressOf("proxy")}\n`));
  const known = NODES.map((name) => `"${name}:${addressOf(name)}"`).join(", ");
  assert.ok(service("proxy").includes(`extra_hosts: [${known}]`));
  const asked = [...nginx.matchAll(/server (\w+):3000/g)].map(([, name]) => name);
  assert.deepEqual(asked.sort(), NODES);
});

Deno.test("compose.yaml: the health of each service is asked with what its image has", () => {
  const health: string[] = JSON.parse(stepOf("HEALTHCHECK").split("CMD ")[1]!);
  assert.equal(health[0], "deno");
  assert.ok(read(".dockerignore").includes(`!${health.at(-1)}\n`));
  assert.ok(read(String(health.at(-1))).includes("/readyz"));
  assert.match(service("redis"), /test: \[CMD-SHELL, redis-cli PING \| grep -q PONG\]/);
  assert.match(service("proxy"), /test: \[CMD, wget, .*"http:\/\/127\.0\.0\.1:8080\/livez"\]/);
  for (const name of NODES) assert.match(service(name), /redis: \{ condition: service_healthy \}/);
});

Deno.test("the image and the unit start the server by the task, which grants what permissions says", () => {
  const task = ["deno", "task", "-q", "serve"];
  assert.deepEqual(JSON.parse(stepOf("CMD")), task);
  assert.deepEqual(settingOf("ExecStart").split(" ").slice(-4), [
    "/usr/local/bin/deno",
    ...task.slice(1),
  ]);
  const { serve } = manifest.tasks;
  assert.match(
    serve,
    /\$\(deno task -q permissions --launch --for serve\) dist\/server\/main\.js serve$/,
  );
  assert.doesNotMatch(serve, /--allow|-A\b/);
});

Deno.test("the unit's folders are its own, though the settings that are installed with it name others", () => {
  const [program] = settingOf("ExecStart").split(" ");
  assert.equal(
    program,
    "/usr/bin/env",
    "which goes before EnvironmentFile=, as Environment= does not",
  );
  // As systemd.exec(5) says: a file of settings goes before what the unit says, and the command before both.
  const file = read(".env.example").replaceAll(/^#.*/gm, "");
  const env = {
    ...givenBy(settingOf("Environment")),
    ...givenBy(file),
    ...givenBy(settingOf("ExecStart")),
  };
  assert.equal(givenBy(file).PNL_DATA_DIR, "./data");
  assert.equal(env.PNL_DATA_DIR, `/var/lib/${settingOf("StateDirectory")}`);
  assert.equal(env.LOG_DIR, `/var/log/${settingOf("LogsDirectory")}`);
  assert.equal(env.DENO_DIR, `/var/cache/${settingOf("CacheDirectory")}`);
});

Deno.test("deploy/systemd_task.sh runs a task with the unit's user, settings and folders", () => {
  const script = read("deploy/systemd_task.sh").replaceAll("\\\n", "");
  const properties = [...script.matchAll(/--property=("?)(\w+)=(.*?)\1(?= )/g)];
  assert.ok(properties.length >= 9);
  for (const [, , name, value] of properties) assert.equal(value, settingOf(name!));
  const [command] = /\/usr\/bin\/env .*/.exec(script) ?? [];
  assert.equal(command, settingOf("ExecStart").replace(/serve$/, '"$@"'));
});

Deno.test("the proxy leads to the writer what the server serves, and no other path of the API", () => {
  const [, paths = ""] = /location ~ \^\/api\/\((.*)\) \{/.exec(nginx) ?? [];
  assert.ok(paths !== "");
  for (const path of paths.split("|")) {
    const served = Object.keys(ROUTE_SCOPES).some((route) => route.startsWith(`GET /api/${path}`));
    assert.ok(served, `/api/${path} is not served`);
  }
});

Deno.test("docs/OPERATIONS.md scrapes the nodes of compose.yaml, each at its address", () => {
  const [, targets = ""] = /targets: (\[.*?\])/s.exec(read("docs/OPERATIONS.md")) ?? [];
  const nodes = NODES.map((name) => /ipv4_address: ([\d.]+)/.exec(service(name))?.[1]);
  assert.deepEqual(JSON.parse(targets), nodes.map((address) => `${address}:3000`));
});

Deno.test("docs/DEPLOYMENT.md gives Redis the rules that the whole deployment is tested with", () => {
  const rules = `user pnl ${REDIS_RULES.join(" ")} >password\n`;
  assert.ok(read("docs/DEPLOYMENT.md").includes(rules), rules);
});
