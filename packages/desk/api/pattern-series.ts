import { choice, count, list, nullable, number, object, type Static, text } from './schema.ts'

const minute = object({
  lines: count('As stored and listed: of imported and late lines, too.'),
  counted: nullable(
    number(
      'What was counted to be judged: a line that was sampled stands for several, one that came too late for none. null: nobody watched then.',
    ),
  ),
  window: nullable(
    object({
      now: number('How many there were in the ten minutes of which this one is the last.'),
      low: number('So many are expected at least, by what is known now.'),
      high: number('And at most.'),
    }),
    'null: not all of the ten minutes were watched or are in the answer, or it is not learnt yet what is usual.',
  ),
})

/** When there were more or fewer than expected. */
export const patternDeparture = object({
  side: choice(['above', 'below']),
  fromUnixMs: number('Begin of the first minute.'),
  toUnixMs: number('End of the last minute.'),
  now: number('In the ten minutes that were furthest off.'),
  low: nullable(number(), 'What was expected then; null: a warning told of it while it was not learnt yet.'),
  high: nullable(number()),
  warningId: text('Of the early warning that told of it, or "".'),
})
export type PatternDeparture = Static<typeof patternDeparture>

/** The last minutes of a pattern, beside what is expected of it. */
export const patternSeries = object({
  id: count('As it was asked for.'),
  state: choice(
    ['expected', 'learning', 'unwatched'],
    '`learning`: it is not learnt yet what is usual; `unwatched`: no line of it came while it was watched, or there are too many kinds of lines.',
  ),
  rule: text('That watches it, or "".'),
  where: text('Which lines the rule looks at; "": all.'),
  services: list(text(), 'Whose lines these are, the first eight.'),
  serviceCount: count(),
  learntMinutes: count('For so long it has been learnt what is usual.'),
  learnMinutes: count('And for so long it must.'),
  fromUnixMs: number('Begin of the first minute.'),
  judgedToUnixMs: nullable(number(), 'End of the last minute, which was judged; null: none was.'),
  lateMs: number('So long after its end a minute is judged: so much later a line may come and still count.'),
  minutes: list(minute, 'Thirty-two.'),
  departures: list(patternDeparture, 'The oldest first.'),
})
export type PatternSeries = Static<typeof patternSeries>
export type PatternMinute = Static<typeof minute>

/** `GET /api/patterns/series`: in the order in which they were asked for. */
export const patternSeriesPage = object({ series: list(patternSeries) })
export type PatternSeriesPage = Static<typeof patternSeriesPage>
