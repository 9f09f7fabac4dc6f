// Express with the middleware that such a server usually has: run by read_bench.ts in a folder where npm
// has installed the packages. Answers with the JSON of the file given; prints its port.
import { readFileSync } from "node:fs";
import cors from "cors";
import express from "express";
import { rateLimit } from "express-rate-limit";
import helmet from "helmet";

const snapshot = JSON.parse(readFileSync(process.argv[2], "utf8"));
const app = express();
app.use(helmet());
app.use(cors());
app.use(rateLimit({ windowMs: 60_000, limit: 1_000_000_000 }));
app.get("/api/pnl/current", (_request, response) => {
  response.json(snapshot);
});
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
