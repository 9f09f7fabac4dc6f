import assert from "node:assert/strict";
import fc from "fast-check";
import { RespCommands } from "./test_resp_commands.ts";

const encoder = new TextEncoder();

function encode(parts: readonly string[]): string {
  const bulk = parts.map((part) => `$${encoder.encode(part).length}\r\n${part}\r\n`);
  return `*${parts.length}\r\n${bulk.join("")}`;
}

Deno.test("RespCommands finds the commands wherever the bytes are cut", () => {
  const commands = fc.array(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(commands, fc.array(fc.nat(9), { minLength: 1 }), (lists, sizes) => {
      const sent = lists.map(encode);
      const bytes = encoder.encode(sent.join(""));
      const reader = new RespCommands();
      const found: string[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = 1 + sizes[turn % sizes.length]!;
        for (const command of reader.push(bytes.subarray(at, at + size))) {
          found.push(new TextDecoder("utf-8", { ignoreBOM: true }).decode(command));
        }
        at += size;
      }
      assert.deepEqual(found, sent.map((text) => text.toWellFormed()));
    }),
    { numRuns: 30 },
  );
});
