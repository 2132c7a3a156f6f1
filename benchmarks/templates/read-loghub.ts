import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A log of Loghub-2k, with the id of the true template of each line. */
export type LabelledLog = { name: string; lines: string[]; labels: string[] }

/** The `*_structured*.csv` of a folder; none where it is absent. */
export function readLoghub(directory: string): LabelledLog[] {
  if (!existsSync(directory)) return []
  const files = readdirSync(directory).filter((file) => file.endsWith('.csv'))
  return files.map((file) => {
    const [header = [], ...rows] = parseCsv(readFileSync(join(directory, file), 'utf8'))
    const column = (name: string): string[] => rows.map((row) => row[header.indexOf(name)] ?? '')
    return { name: file.split('_')[0]!, lines: column('Content'), labels: column('EventId') }
  })
}

/** RFC 4180: fields between commas, in quotes when they hold a comma, a line's end or a quote, which is doubled. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === ',') continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}
