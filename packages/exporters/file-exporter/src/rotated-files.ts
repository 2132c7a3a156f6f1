import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

/** A file beside the one that is written: `app-2026-11-29T13-08-17.123.jsonl`, perhaps with `.gz`, or being compressed. */
export type RotatedFile = {
  readonly path: string
  readonly bytes: number
  readonly mtimeMs: number
  readonly kind: 'plain' | 'gzip' | 'part'
  /** Of a part: who writes it. */
  readonly owner: string
  /** Where its lines stand, or stood, as they were written. */
  readonly plainPath: string
}

/** `/var/log/app.jsonl` → `/var/log/app-2026-11-29T13-08-17.123.jsonl` */
export function rotatedPath(path: string, unixMs: number): string {
  const stamp = new Date(unixMs).toISOString().replaceAll(':', '-').slice(0, -1)
  const { folder, stem, extension } = partsOf(path)
  return join(folder, `${stem}-${stamp}${extension}`)
}

/** When a file was rotated, by its name. */
export function rotatedAt(path: string, { plainPath }: RotatedFile): number {
  const { folder, stem } = partsOf(path)
  const stamp = plainPath.slice(join(folder, stem).length + 1).slice(0, stampLength)
  return Date.parse(`${stamp.slice(0, 11)}${stamp.slice(11).replaceAll('-', ':')}Z`)
}

/** All of one file, the oldest first. Nothing else in its folder is ours. */
export function listRotated(path: string): RotatedFile[] {
  const { folder, stem, extension } = partsOf(path)
  const name = new RegExp(
    `^(${quoted(stem)}-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{3}${quoted(extension)})(\\.gz(?:\\.(.+)-part)?)?$`,
  )
  return readdirSync(folder)
    .toSorted()
    .flatMap((found) => {
      const [, plain, end, owner] = name.exec(found) ?? []
      if (plain === undefined) return []
      const stat = lstatSync(join(folder, found), { throwIfNoEntry: false })
      if (!stat?.isFile()) return []
      const kind = end === undefined ? 'plain' : owner === undefined ? 'gzip' : 'part'
      return {
        ...{
          path: join(folder, found),
          bytes: stat.size,
          mtimeMs: stat.mtimeMs,
          kind,
          owner: `${owner ?? ''}-`,
        },
        plainPath: join(folder, plain),
      }
    })
}

const stampLength = '2026-11-29T13-08-17.123'.length

function partsOf(path: string): { folder: string; stem: string; extension: string } {
  const extension = extname(path)
  return { folder: dirname(path), stem: basename(path, extension), extension }
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
