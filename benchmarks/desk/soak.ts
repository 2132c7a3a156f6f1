import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { borrowData, storedData } from './data-folder.ts'
import { soak } from './soak/run.ts'
import { boundsOf, soakText } from './soak/summary.ts'

const usage = `npx pnpm@12 exec node benchmarks/desk/soak.ts [--minutes 60] [--rate 20000] [--lines 10000000 | --data DIR]

A desk with many lines in its store, in Chromium on three tabs, gets lines and half as many spans, is asked a search a
second and is killed now and then. Afterwards each record that it acknowledged must be there, once. Ends with 1 when a bound is broken.

  --minutes N      how long (60)
  --rate N         lines a second (20000)
  --kill-every N   minutes between two kills (5); 0: none
  --lines N        lines in the store to begin with (10000000), made once in ~/.cache/clew-bench
  --max-size SIZE  of the desk's data (6GB: 10 million lines, and half as many spans); what expires is kept aside to be compared
  --data DIR       a folder that generate.ts has filled, instead; it is not changed
  --json FILE      where the summary goes as JSON; without it, to the standard output
  --keep           leave data and journal where they are
  --help           this text`

const bytesPerRecord = 400

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20000' },
    'kill-every': { type: 'string', default: '5' },
    lines: { type: 'string', default: '10000000' },
    data: { type: 'string' },
    'max-size': { type: 'string', default: '6GB' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function numberOf(name: 'minutes' | 'rate' | 'kill-every' | 'lines', least: number): number {
  const value = Number(values[name])
  if (Number.isFinite(value) && value >= least) return value
  throw new Error(`--${name} ${values[name]}: write a number from ${least}`)
}

function requireRoom(directory: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(directory)
  if (bavail * bsize > bytes) return
  const gb = (bytes / 1e9).toFixed(0)
  throw new Error(`${directory} needs ${gb} GB free; name another folder by --data, or less by --minutes`)
}

async function main(): Promise<boolean> {
  const options = {
    minutes: numberOf('minutes', 0.1),
    rate: numberOf('rate', 1000),
    killEveryMinutes: numberOf('kill-every', 0),
  }
  const data = values.data ?? storedData(numberOf('lines', 1), (text) => console.log(`[soak] ${text}`))
  requireRoom(dirname(data), options.minutes * 60 * options.rate * 1.5 * bytesPerRecord)
  const directory = borrowData(data)
  const aside = mkdtempSync(join(dirname(directory), 'clew-soak-'))
  const journal = join(mkdtempSync(join(tmpdir(), 'clew-soak-')), 'journal')
  try {
    const record = await soak({ ...options, directory, journal, aside, maxSize: values['max-size'] })
    const bounds = boundsOf(record)
    console.log(soakText(record, bounds))
    const json = JSON.stringify({ ...record, seen: { ...record.seen, rssBytes: undefined }, bounds })
    if (values.json === undefined) console.log(json)
    else writeFileSync(values.json, `${json}\n`)
    return bounds.every(({ isKept }) => isKept)
  } finally {
    for (const folder of values.keep ? [] : [directory, aside, dirname(journal)])
      rmSync(folder, { recursive: true, force: true })
    if (values.keep) console.log(`[soak] kept ${directory}, ${aside} and ${journal}`)
  }
}

if (values.help) console.log(usage)
else process.exitCode = (await main()) ? 0 : 1
