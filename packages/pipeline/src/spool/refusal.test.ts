import { expect, test } from 'vitest'
import { Problems } from '../problems.ts'
import { placeSpool } from './place.ts'
import { describeRefusal, formatRefusal } from './refusal.ts'

const problems = new Problems(
  () => {},
  () => 0,
)
const sender = { at: 'a', as: 'b', former: 'c' }
const place = placeSpool({ directory: '/data/spool', signal: 'logs', sender, problems, now: () => 0 })

test.each([
  [
    'ENOSPC',
    'the disk is full (ENOSPC); free space for /data/spool, or set CLEW_SPOOL_DIR to a folder on another disk',
  ],
  [
    'EDQUOT',
    /^the disk quota is used up \(EDQUOT\); raise the quota of user \w+, or set CLEW_SPOOL_DIR to a folder on another disk$/,
  ],
  [
    'EROFS',
    'the disk can only be read (EROFS); mount a disk at /data/spool that can be written to, or set CLEW_SPOOL_DIR to a folder on one',
  ],
  [
    'EACCES',
    /^user \w+ may not write there \(EACCES\); give \/data\/spool to that user, or set CLEW_SPOOL_DIR to a folder that it may write to$/,
  ],
  ['EPERM', /^user \w+ may not write there \(EPERM\); give /],
  ['EMFILE', 'too many files are open (EMFILE); raise the limit of open files (ulimit -n)'],
  ['ENFILE', 'too many files are open (ENFILE); raise the limit of open files (ulimit -n)'],
  ['EFBIG', 'files may not grow further (EFBIG); raise the limit of file sizes (ulimit -f)'],
  ['EIO', 'Error: EIO; set CLEW_SPOOL_DIR to a folder that can be written to'],
])('%s has its own remedy', (code, line) => {
  const said = formatRefusal(describeRefusal(Object.assign(new Error(code), { code }), place))
  if (line instanceof RegExp) expect(said).toMatch(line)
  else expect(said).toBe(line)
})
