import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ, in which Linux counts CPU time for programs whatever the kernel's own clock. */
const ticksPerSecond = 100

/** CPU of a process, user and system, all threads. Fields 14 and 15 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Nanoseconds on a CPU of the threads that there are, or of those of one name. https://docs.kernel.org/scheduler/sched-stats.html */
export function ranNs(pid: number, name?: string): number {
  let sum = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const of = (file: string): string => readFileSync(`/proc/${pid}/task/${task}/${file}`, 'utf8')
    if (name === undefined || of('comm').trimEnd() === name) sum += Number.parseInt(of('schedstat'), 10)
  }
  return sum
}

/** A process and those that it has started. */
export function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(treeOf)]
}

export function rssBytesOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
