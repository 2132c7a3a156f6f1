import type { SpoolPlace } from './place.ts'
import { effectiveUser, type UnsafeError } from './way.ts'

/** Why the disk does not take records, and what usually helps: a sentence without its end. */
export type Refusal = {
  reason: string
  remedy: string
  /** Whether the reason says something beside its remedy. */
  isKnown: boolean
}

/** Both as the end of a line. */
export function formatRefusal({ reason, remedy }: Refusal): string {
  return `${reason}; ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}`
}

export function describeRefusal(error: unknown, { directory, problems }: SpoolPlace): Refusal {
  const setting = problems.settingNames.spoolDirectory
  const { code = '', message, remedy } = error as NodeJS.ErrnoException & Partial<Omit<UnsafeError, 'code'>>
  if (code === 'UNSAFE')
    return { reason: message, remedy: `${remedy}, or set ${setting} to another folder`, isKnown: true }
  const known = byCode(directory, `or set ${setting} to a folder`)[code]
  if (known !== undefined) return { reason: `${known[0]} (${code})`, remedy: known[1], isKnown: true }
  const reason = code === 'ENOTDIR' ? message : String(error)
  return { reason, remedy: `Set ${setting} to a folder that can be written to`, isKnown: false }
}

/** Reason and remedy of what file systems say. */
function byCode(directory: string, orElse: string): Record<string, [reason: string, remedy: string]> {
  const user = `user ${effectiveUser()}`
  const forbidden: [string, string] = [
    `${user} may not write there`,
    `Give ${directory} to that user, ${orElse} that it may write to`,
  ]
  const tooMany: [string, string] = ['too many files are open', 'Raise the limit of open files (ulimit -n)']
  return {
    ENOSPC: ['the disk is full', `Free space for ${directory}, ${orElse} on another disk`],
    EDQUOT: ['the disk quota is used up', `Raise the quota of ${user}, ${orElse} on another disk`],
    EROFS: [
      'the disk can only be read',
      `Mount a disk at ${directory} that can be written to, ${orElse} on one`,
    ],
    EACCES: forbidden,
    EPERM: forbidden,
    EMFILE: tooMany,
    ENFILE: tooMany,
    EFBIG: ['files may not grow further', 'Raise the limit of file sizes (ulimit -f)'],
  }
}
