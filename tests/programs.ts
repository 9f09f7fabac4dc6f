/** Programs that tests need and that are no packages of the project. */
import { print } from "../src/cli/output.ts";

/** A program that tests need. */
export interface Program {
  /** The environment variable that may name it; null where it has to be on PATH. */
  readonly variable: string | null;
  /** Its names on PATH, the usual one first. */
  readonly names: readonly [string, ...string[]];
  /** The Debian package that has it. */
  readonly debian: string;
}

/** The browser of the tests. */
export const CHROMIUM = {
  variable: "PNL_TEST_CHROMIUM",
  names: ["chromium", "chromium-browser", "google-chrome"],
  debian: "chromium",
} as const satisfies Program;

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Finds a program: where the variable says, or under one of the names on PATH.
 *
 * @returns its path, or null
 */
function findProgram(variable: string | null, names: readonly string[]): string | null {
  const said = variable === null ? undefined : Deno.env.get(variable);
  if (said !== undefined && said !== "") return said;
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  for (const name of names) {
    const found = folders.map((folder) => `${folder}/${name}`).find(isFile);
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * Installs a Debian package, saying so, where the machine has apt-get and the user is root.
 *
 * @returns false where it cannot or did not
 */
function installWithApt(name: string): boolean {
  const apt = findProgram(null, ["apt-get"]);
  if (apt === null || Deno.uid() !== 0) return false;
  print(`Installing ${name} with apt-get, which a test needs …`);
  const quiet = ["-y", "-qq", "--no-install-recommends"];
  for (const args of [["update", "-qq"], ["install", ...quiet, name]]) {
    const { success } = new Deno.Command(apt, {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
    }).outputSync();
    if (!success) {
      print(`apt-get ${args.join(" ")} failed.`);
      return false;
    }
  }
  return true;
}

/** The program's path, where it has to be from a package that is installed; null where there is none. */
export function bringProgram({ variable, names, debian }: Program): string | null {
  const find = () => findProgram(variable, names);
  return find() ?? (installWithApt(debian) ? find() : null);
}
