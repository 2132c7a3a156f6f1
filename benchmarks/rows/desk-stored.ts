import { type Asked, askStored, type StoredTrial } from '../desk/ask-stored.ts'
import { busyQuestions } from '../desk/busy-questions.ts'
import { storedData } from '../desk/data-folder.ts'
import { percentile } from '../desk/percentile.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const perSecond = 20_000
const seconds = 120
const linesStored = 10_000_000
const linesOfQuick = 1_000_000
/** The searches that have goals: of two common words, a level and a service. */
const goals: Record<string, [alone: number, ingesting: number]> = {
  'words-together-error-service': [200, 400],
  'words-apart-error-service': [200, 400],
}
const ways = ['', '-ingesting'] as const
const names = busyQuestions.flatMap(({ name }) => ways.map((way) => `desk-stored-${name}${way}`))

/** What the API answers with ten million lines and five million spans in the store, also while 20,000 lines a second come. */
export const deskStored: Row = {
  name: 'desk-stored',
  about:
    'answers of the API with 10,000,000 busy lines in the store, alone and while 20,000 a second come; memory',
  rounds: 1,
  results: [...names, 'desk-stored-memory'],
  run,
}

async function run({ quick, say }: RunOptions): Promise<Result[]> {
  const data = storedData(quick ? linesOfQuick : linesStored, say)
  const scale = quick ? 0.1 : 1
  say('alone')
  const alone = await askStored(data, { perSecond: 0, seconds: seconds * scale })
  say('while lines come')
  const ingesting = await askStored(data, { perSecond, seconds: seconds * scale })
  const memory = Math.max(...alone.rssBytes, ...ingesting.rssBytes) / 2 ** 20
  return [
    ...resultsOf(alone, ''),
    ...resultsOf(ingesting, '-ingesting'),
    toResult({
      name: 'desk-stored-memory',
      unit: 'MB of RSS',
      figures: { clew: memory },
      goals: [{ figure: 'ours', atMost: 400 }],
      against: 'plain',
      problems: ingesting.refused === 0 ? [] : [`${ingesting.refused} requests were refused`],
    }),
  ]
}

function resultsOf({ questions }: StoredTrial, way: (typeof ways)[number]): Result[] {
  return busyQuestions.map(({ name }) => {
    const { ms, cpuMs, problems }: Asked = questions.get(name) ?? {
      ms: [],
      cpuMs: [],
      problems: new Set(['was not asked']),
    }
    const goal = goals[name]?.[ways.indexOf(way)]
    return toResult({
      name: `desk-stored-${name}${way}`,
      unit: 'ms, 95th percentile',
      figures: { clew: percentile(ms, 95) },
      goals: goal === undefined ? [] : [{ figure: 'ours', atMost: goal }],
      against: 'plain',
      problems: [...problems],
      notes: [
        `half of ${ms.length} answers within ${percentile(ms, 50).toPrecision(3)} ms; ` +
          `CPU ${percentile(cpuMs, 50).toPrecision(3)} ms, 95th percentile ${percentile(cpuMs, 95).toPrecision(3)} ms`,
      ],
    })
  })
}
