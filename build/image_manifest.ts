/**
 * Takes out of `deno.json` what a server has no use for: the packages that are not in its cache, which are
 * those of the dashboard's build and of the tests. Run where an image is built, in a copy of the project.
 */

/** The name of the package in an import such as `npm:@logtape/file@2.3.10`. */
function packageOf(specifier: string): string {
  const name = /^npm:(@[^/]+\/[^@]+|[^@]+)@/.exec(specifier)?.[1];
  if (name === undefined) throw new Error(`Cannot tell the package of ${specifier}`);
  return name;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) {
  const [cache] = Deno.args;
  if (cache === undefined) throw new Error("Name the folder of the cache (DENO_DIR)");
  const { workspace: _, ...manifest } = JSON.parse(Deno.readTextFileSync("deno.json"));
  const imports = Object.entries<string>(manifest.imports).filter(([, specifier]) =>
    isFolder(`${cache}/npm/registry.npmjs.org/${packageOf(specifier)}`)
  );
  manifest.imports = Object.fromEntries(imports);
  Deno.writeTextFileSync("deno.json", `${JSON.stringify(manifest, null, 2)}\n`);
}
