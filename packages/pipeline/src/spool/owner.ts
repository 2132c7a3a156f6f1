import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { crc32 } from 'node:zlib'

/**
 * The process that files belong to. Its id alone does not tell: ids are reused, and containers that share a volume all
 * have a process 1.
 */
export type Owner = {
  /** As the process itself sees it. */
  pid: number
  /** Clock ticks after boot on Linux; elsewhere 0. */
  startTime: number
  /** The same for processes that see each other's ids: of the boot and the pid namespace, eight hexadecimal digits. */
  place: string
}

let self: Owner | undefined

/** This process, as owner of what it writes. Never throws. */
export function thisOwner(): Owner {
  self ??= { pid: process.pid, startTime: startTimeOf('self') ?? 0, place: findPlace() }
  return self
}

/**
 * Whether the process still runs; a zombie does not. Undefined when this process cannot know: the other one runs in
 * another container or on another machine. Never throws.
 */
export function isAlive(owner: Owner): boolean | undefined {
  const { place, startTime } = thisOwner()
  if (owner.place !== place) return undefined
  if (startTime !== 0) return startTimeOf(owner.pid) === owner.startTime
  return answersSignals(owner.pid)
}

/** `<pid>-<start time>-<place>`, for the start of a file's name; what makes it unique in the process follows behind a `-`. */
export function formatOwner({ pid, startTime, place }: Owner): string {
  return `${pid}-${startTime}-${place}`
}

/** Reads the owner at the start of a file's name. Undefined when the name has none. */
export function parseOwner(name: string): Owner | undefined {
  const match = /^(\d+)-(\d+)-([0-9a-f]{8})-/.exec(name)
  if (match === null) return undefined
  return { pid: Number(match[1]), startTime: Number(match[2]), place: match[3] ?? '' }
}

/** Field 22 of /proc/<pid>/stat; the second field is a name that may hold spaces and parentheses. */
function startTimeOf(pid: number | 'self'): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie holds its id until its parent asks, but writes no more.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19])
  } catch {
    return undefined
  }
}

function findPlace(): string {
  let text = hostname()
  try {
    text = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1') + readlinkSync('/proc/self/ns/pid')
  } catch {}
  return crc32(text).toString(16).padStart(8, '0')
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
