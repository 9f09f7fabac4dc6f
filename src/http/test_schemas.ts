/** Holds values to the schemas of a document, for tests. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** The part of a document that its schemas refer to. */
export interface Components {
  readonly schemas: Readonly<Record<string, object>>;
}

/** Checks values by a document's own schemas. */
export class SchemaCheck {
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(components: Components) {
    this.#ajv.addSchema({ $id: "http://document/", components });
  }

  /** @throws {assert.AssertionError} where a value does not hold to a schema of the document */
  hold(value: unknown, schema: object, what: string): void {
    const text = JSON.stringify(schema).replaceAll(
      '"#/components/',
      '"http://document/#/components/',
    );
    let validate = this.#compiled.get(text);
    if (validate === undefined) {
      validate = this.#ajv.compile(JSON.parse(text));
      this.#compiled.set(text, validate);
    }
    if (validate(value)) return;
    const faults = validate.errors?.slice(0, 8).map(({ instancePath, message, params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`
    );
    assert.fail(`${what}: ${faults?.join("; ")} in ${JSON.stringify(value).slice(0, 2_000)}`);
  }
}
