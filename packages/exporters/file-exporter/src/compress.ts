import { appendFileSync, createReadStream, lstatSync, renameSync, rmSync, statSync } from 'node:fs'
import { createGzip } from 'node:zlib'
import { formatOwner, isAlive, parseOwner, thisOwner } from '@clew/pipeline'
import { listRotated, type RotatedFile } from './rotated-files.ts'
import type { SharedFile } from './shared-file.ts'

/** Whoever cannot be asked whether it lives has stopped when it has written nothing for so long. */
const abandonedMs = 10 * 60_000

/**
 * Compresses rotated files, the oldest first, each by one process: its part is the sign that somebody does. Never rejects: what is
 * not compressed stays as it is, until the next rotation.
 */
export async function compressRotated(file: SharedFile): Promise<void> {
  try {
    const tried = new Set<string>()
    for (let source = claim(file, tried); source !== undefined; source = claim(file, tried)) {
      tried.add(source)
      await compress(file, source)
    }
  } catch {}
}

/** The next file that nobody compresses. */
function claim(file: SharedFile, tried: ReadonlySet<string>): string | undefined {
  return file.hold(() => {
    const files = listRotated(file.path)
    const parts = files.filter(({ kind }) => kind === 'part')
    for (const part of parts) if (isAbandoned(part)) rmSync(part.path, { force: true })
    const taken = new Set(parts.filter((part) => !isAbandoned(part)).map(({ plainPath }) => plainPath))
    for (const { kind, plainPath, path } of files) {
      if (kind !== 'plain' || taken.has(path) || tried.has(path)) continue
      // It died between the last two steps.
      if (files.some((one) => one.kind === 'gzip' && one.plainPath === plainPath))
        rmSync(path, { force: true })
      else {
        appendFileSync(partOf(path), '', { mode: statSync(path).mode })
        return path
      }
    }
    return undefined
  })
}

/** Without the lock but for each piece: others go on writing. */
async function compress(file: SharedFile, source: string): Promise<void> {
  const part = partOf(source)
  const input = createReadStream(source)
  const pieces = createGzip({ chunkSize: 256 * 1024 })
  input.on('error', (error) => pieces.destroy(error))
  try {
    for await (const piece of input.pipe(pieces)) if (!addPiece(file, source, piece as Buffer)) return
    file.hold(() => {
      if (!isThere(source) || !isThere(part)) return
      renameSync(part, `${source}.gz`)
      rmSync(source)
    })
  } finally {
    input.destroy()
    rmSync(part, { force: true })
  }
}

/** False when there is no room for it, or one of the two was deleted for what is newer. */
function addPiece(file: SharedFile, source: string, piece: Buffer): boolean {
  return file.hold(() => {
    if (!isThere(source) || !isThere(partOf(source))) return false
    if (!file.makeRoomBeside(piece.length, source)) return false
    appendFileSync(partOf(source), piece)
    return true
  })
}

const partOf = (source: string): string => `${source}.gz.${formatOwner(thisOwner())}-part`

function isAbandoned({ owner, mtimeMs }: RotatedFile): boolean {
  const process = parseOwner(owner)
  const lives = process && isAlive(process)
  return lives === undefined ? Date.now() - mtimeMs > abandonedMs : !lives
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
