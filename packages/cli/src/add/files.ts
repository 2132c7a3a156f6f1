import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type Manifest, type ManifestFile, mistaken, readManifest } from './application.ts'
import { changedFiles } from './package-manager.ts'

/** Larger ones are not kept, and so not put back. */
const mostKept = 64 * 1024 * 1024

/** Writes a file so that at each moment it has its former content or the new one. */
export function writeWhole(path: string, content: string | Buffer): void {
  const target = existsSync(path) ? realpathSync(path) : path
  const beside = `${target}.clew-${process.pid}`
  try {
    writeFileSync(beside, content, { mode: existsSync(target) ? statSync(target).mode : 0o644 })
    renameSync(beside, target)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

/** Throws where a package.json cannot be changed. */
export function requireWritable({ path, directory }: ManifestFile): void {
  for (const [what, place] of [
    [directory, 'the folder'],
    [path, 'it'],
  ] as const) {
    try {
      accessSync(what, constants.W_OK)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw mistaken(what, `${place} cannot be written (${code})`, 'give yourself the right to write there')
    }
  }
}

/** Writes a package.json with some of it changed, indented and ended as it was. */
export function changeManifest(directory: string, change: (json: Manifest) => void): void {
  const { path, text, json } = readManifest(directory)
  change(json)
  const [, indent = '  '] = /^\s*\{\r?\n([ \t]+)"/.exec(text) ?? []
  const written = `${JSON.stringify(json, null, indent)}${/\s*$/.exec(text)![0]}`
  writeWhole(path, text.includes('\r\n') ? written.replaceAll(/\r?\n/g, '\r\n') : written)
}

/** Keeps what a package manager may change in these folders. What it gives puts all of it back as it was, and says what that was. */
export function keepFiles(directories: Iterable<string>): () => string[] {
  const kept = [...new Set(directories)].flatMap((directory) =>
    changedFiles.flatMap((name) => {
      const path = join(directory, name)
      const before = contentOf(path)
      return before === 'too large' ? [] : [{ path, before }]
    }),
  )
  return () =>
    kept.flatMap(({ path, before }) => {
      const now = contentOf(path)
      if (now === before || (Buffer.isBuffer(now) && Buffer.isBuffer(before) && now.equals(before))) return []
      if (before === undefined) rmSync(path, { force: true })
      else writeWhole(path, before)
      return [path]
    })
}

function contentOf(path: string): Buffer | undefined | 'too large' {
  if (!existsSync(path) || !existsSync(dirname(path))) return undefined
  return statSync(path).size > mostKept ? 'too large' : readFileSync(path)
}
