import { FOLD_VERSION } from "../pnl/fold.ts";
import { openBuildReadOnly, readPointer } from "./projection_file.ts";
import type { Identity } from "./epoch.ts";
import { UnusableBuildError } from "./resume.ts";
import { StoreReader } from "./store_reader.ts";

/** The current build as it was at one moment, while others may go on writing it. */
export interface ReadOnlyBuild extends Disposable {
  readonly name: string;
  readonly identity: Identity;
  readonly reader: StoreReader;
}

/**
 * Opens the current build for reading, in one read transaction: all that is read is of one moment.
 *
 * @throws {UnusableBuildError} where there is none, or another fold made it
 */
export function openCurrentReadOnly(dataDir: string): ReadOnlyBuild {
  const name = readPointer(dataDir);
  if (name === null) throw new UnusableBuildError(`there is none in ${dataDir}`);
  const db = openBuildReadOnly(dataDir, name);
  try {
    db.exec("BEGIN");
    const reader = new StoreReader(db);
    const identity = reader.identity();
    if (identity === null) throw new UnusableBuildError(`${name} does not say what it is made of`);
    if (identity.foldVersion !== FOLD_VERSION) {
      throw new UnusableBuildError(
        `${name} was made by fold version ${identity.foldVersion}, this is ${FOLD_VERSION}`,
      );
    }
    return { name, identity, reader, [Symbol.dispose]: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}
