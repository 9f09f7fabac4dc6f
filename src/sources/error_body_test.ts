import assert from "node:assert/strict";
import { errorCodes } from "./error_body.ts";

Deno.test("errorCodes() reads every shape of an error", () => {
  const cases: [string, string | null, string | null][] = [
    [
      '{"error":{"code":"authentication_error","message":"m","details":"INCORRECT_API_KEY_SIGNATURE"}}',
      "authentication_error",
      "INCORRECT_API_KEY_SIGNATURE",
    ],
    [
      '{"error":{"code":"header_timestamp_expired","message":"m"}}',
      "header_timestamp_expired",
      null,
    ],
    ['{"code":"bad_request","message":"...","details":"..."}', "bad_request", null],
    ['{"msg":"Parameter validation failed for GetMarkets"}', "validation_failed", null],
    ['{"error":"too many requests"}', "too_many_requests", null],
    [
      '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"r"}',
      "authentication_error",
      null,
    ],
    ['{"error":{"code":"user_not_found:_6d2b"}}', "user_not_found", null],
    ["404 page not found", null, null],
    ["", null, null],
    ["[]", null, null],
  ];
  for (const [body, code, details] of cases) {
    assert.deepEqual(errorCodes(body), { code, details }, body);
  }
});

Deno.test("errorCodes() lets no secret through that an upstream echoes", () => {
  const echo = '{"error":{"code":"sk-ant-admin01-abc","details":"key 0123-4567 refused"}}';
  assert.deepEqual(errorCodes(echo), { code: null, details: null });
});
