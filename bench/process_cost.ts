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

/** Resident memory, in KiB. */
export async function residentKib(pid: number): Promise<number> {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(await contents(`/proc/${pid}/status`))?.[1];
  return Number(kib);
}
