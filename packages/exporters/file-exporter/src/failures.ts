/** What is wrong with the file, in words. */
export class FileProblem extends Error {}

/** Error codes of the file system, as the operator is told of them. */
const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is a file',
  EACCES: 'this process may not write there',
  EPERM: 'this process may not write there',
  EROFS: 'its disk is read-only',
  ENOSPC: 'no space is left on its disk',
  EDQUOT: 'the quota of its disk is used up',
  EFBIG: 'the limit of a file is reached',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a link',
  EMFILE: 'this process has too many open files',
}

/** Why nothing could be written. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const meaning = code === undefined ? undefined : meanings[code]
  return meaning === undefined ? (message ?? String(error)) : `${meaning} (${code})`
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/ENOENT|ENOTDIR/, 'Make the folder (mkdir -p …), or set CLEW_FILE_PATH'],
  [
    /EACCES|EPERM|takes no lock/,
    'Let the user of this process write to the folder: its files are rotated there',
  ],
  [/EROFS/, 'Mount the disk for writing, or set CLEW_FILE_PATH'],
  [/ENOSPC|EDQUOT/, 'Make room, and let CLEW_FILE_MAX_TOTAL_SIZE leave some'],
  [/EFBIG/, 'Raise ulimit -f, or lower CLEW_FILE_MAX_FILE_SIZE'],
  [/ELOOP|EISDIR|no regular file/, 'Set CLEW_FILE_PATH to the file itself'],
  [/too large/, 'Raise CLEW_FILE_MAX_FILE_SIZE, or lower OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
  [/has held/, 'Look for a process that was stopped (SIGSTOP) or hangs on that disk'],
]

/** What helps against a failure. */
export function remedyOf(failure: string): string {
  return remedies.find(([failures]) => failures.test(failure))?.[1] ?? 'Check CLEW_FILE_PATH'
}
