import type { SpoolPlace } from './place.ts'
import { effectiveUser, type UnsafeError } from './way.ts'

/** Why the disk does not take records, and what usually helps: a sentence without its end. */
export type Refusal = { reason: string; remedy: string }

/** Both as the end of a line. */
export function formatRefusal({ reason, remedy }: Refusal): string {
  return `${reason}; ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}`
}

export function describeRefusal(error: unknown, place: SpoolPlace): Refusal {
  const { directory } = place
  const setting = place.problems.settingNames.spoolDirectory
  const elsewhere = `or set ${setting} to a folder`
  const { code, message, remedy } = error as NodeJS.ErrnoException & Partial<Omit<UnsafeError, 'code'>>
  switch (code) {
    case 'UNSAFE':
      return { reason: message, remedy: `${remedy}, or set ${setting} to another folder` }
    case 'ENOSPC':
      return {
        reason: 'the disk is full (ENOSPC)',
        remedy: `Free space for ${directory}, ${elsewhere} on another disk`,
      }
    case 'EDQUOT':
      return {
        reason: 'the disk quota is used up (EDQUOT)',
        remedy: `Raise the quota of user ${effectiveUser()}, ${elsewhere} on another disk`,
      }
    case 'EROFS':
      return {
        reason: 'the disk can only be read (EROFS)',
        remedy: `Mount a disk at ${directory} that can be written to, ${elsewhere} on one`,
      }
    case 'EACCES':
    case 'EPERM':
      return {
        reason: `user ${effectiveUser()} may not write there (${code})`,
        remedy: `Give ${directory} to that user, ${elsewhere} that it may write to`,
      }
    case 'EMFILE':
    case 'ENFILE':
      return {
        reason: `too many files are open (${code})`,
        remedy: 'Raise the limit of open files (ulimit -n)',
      }
    case 'EFBIG':
      return {
        reason: 'files may not grow further (EFBIG)',
        remedy: 'Raise the limit of file sizes (ulimit -f)',
      }
    default: {
      const reason = code === 'ENOTDIR' ? message : String(error)
      return { reason, remedy: `Set ${setting} to a folder that can be written to` }
    }
  }
}
