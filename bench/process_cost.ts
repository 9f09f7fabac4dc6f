/** What a process has cost so far, as Linux counts it. */

const TICKS_PER_SECOND = 100;

async function contents(path: string): Promise<string> {
  // Read by a child: the runtime grants /proc of others with everything only.
  const { stdout, success } = await new Deno.Command("cat", { args: [path], stderr: "null" })
    .output();
  if (!success) throw new Error(`Cannot read ${path}: the process is gone, or this is no Linux`);
  return new TextDecoder().decode(stdout);
}

/** Processor time, in milliseconds; in steps of 10. */
export interface CpuTime {
  /** Spent in the program's own code. */
  readonly user: number;
  /** Spent in the kernel for it. */
  readonly system: number;
}

/** What a process has used so far. */
export async function cpuTime(pid: number): Promise<CpuTime> {
  const stat = await contents(`/proc/${pid}/stat`);
  // The name of the program may hold spaces; it ends with the last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const msOf = (index: number) => Number(fields[index]) * 1000 / TICKS_PER_SECOND;
  return { user: msOf(11), system: msOf(12) };
}

/** Memory of a process, in KiB. */
export interface Memory {
  readonly resident: number;
  /** Of the resident: the process's own. */
  readonly anonymous: number;
  /** Of the resident: pages of files, the runtime itself above all, which its processes share. */
  readonly file: number;
  /** The most that was ever resident. */
  readonly peak: number;
}

/** What memory a process has. */
export async function memoryOf(pid: number): Promise<Memory> {
  const status = await contents(`/proc/${pid}/status`);
  const kib = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
  return {
    resident: kib("VmRSS"),
    anonymous: kib("RssAnon"),
    file: kib("RssFile"),
    peak: kib("VmHWM"),
  };
}

/** Resident memory, in KiB. */
export async function residentKib(pid: number): Promise<number> {
  return (await memoryOf(pid)).resident;
}
