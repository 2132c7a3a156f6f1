import { type ChainPageSample, firstLoadBytes, sampleChainPage, startBrowser } from '../desk/browser.ts'
import { type DeskProcess, startDeskProcess } from '../desk/desk-process.ts'
import { sendHugeTrace } from '../desk/fill.ts'
import { packageFacts } from '../desk/package-facts.ts'
import { median } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

/** Of 30,000 records most must be rows, or something else was measured. */
const fewestRows = 10_000

type Sample = ChainPageSample & { startedMs: number; loadBytes: number }

/** What one waits for and what one installs: the start of a desk, its page, a chain of 10,000 spans and 20,000 lines. */
export const deskPage: Row = {
  name: 'desk-page',
  about: 'start of a desk, first load of its page, and a chain of 10,000 spans and 20,000 lines in Chromium',
  rounds: 7,
  results: [
    'desk-start',
    'desk-first-load',
    'desk-huge-chain-painted',
    'desk-huge-chain-rows',
    'desk-huge-chain-scroll',
    'desk-package',
    'desk-dependencies',
  ],
  run,
}

async function run({ rounds, say }: RunOptions): Promise<Result[]> {
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`)
    const desk = await startDeskProcess()
    try {
      samples.push({ startedMs: desk.startedMs, ...(await samplePage(desk)) })
    } finally {
      await desk.stop()
    }
  }
  const { unpackedBytes, foreign } = packageFacts()
  const of = (figure: keyof Sample): number => median(samples.map((one) => one[figure]))
  const few = samples.filter(({ rows }) => rows < fewestRows).map(({ rows }) => `the page has ${rows} rows`)
  return [
    result('desk-start', 'ms until it listens', of('startedMs'), 300),
    result('desk-first-load', 'kB on the wire', of('loadBytes') / 1000, 60),
    result('desk-huge-chain-painted', 'ms from data to painted', of('paintedMs'), 500, few),
    result('desk-huge-chain-rows', 'rows in the document', of('mostDomRows'), 80, few),
    result('desk-huge-chain-scroll', 'ms a frame, 95th percentile', of('frameMs'), 25, few),
    result('desk-package', 'kB unpacked', unpackedBytes / 1000, 1500),
    result('desk-dependencies', 'packages of others', foreign.length, 0),
  ]
}

async function samplePage({ url }: DeskProcess): Promise<Omit<Sample, 'startedMs'>> {
  const { traceId } = await sendHugeTrace(url)
  const browser = await startBrowser()
  try {
    const loadBytes = await firstLoadBytes(browser, url)
    return { loadBytes, ...(await sampleChainPage(browser, url, traceId)) }
  } finally {
    await browser.close()
  }
}

function result(
  name: string,
  unit: string,
  clew: number,
  atMost: number,
  problems: readonly string[] = [],
): Result {
  return toResult({
    name,
    unit,
    figures: { clew },
    goals: [{ figure: 'ours', atMost }],
    against: 'plain',
    problems,
  })
}
