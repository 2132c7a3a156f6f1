import { stripVTControlCharacters } from 'node:util'

/** What became of a test: `ok`, `failed`, `skipped`. */
export type Outcome = 'ok' | 'failed' | 'skipped'

/** The outcomes of each test by its path of titles. Titles need not be unique, so that one path may have several. */
export type Outcomes = ReadonlyMap<string, readonly Outcome[]>

type Title = { indent: number; text: string }

export type Difference = { test: string; bare: string; traced: string }

const mark = /^(\s*)(?:(✔|✓|√)|(✖|✗|✘|✕|×|⛔️|\d+\))|(﹣|○|◯|↓|-)) (.+)$/
/** poku says with it that a test has ended, and whether it failed with an assertion or a file. */
const ended = /^(\s*)● (.+ › [\d.]+ms)$/
/** postgres.js names only what failed. */
const ticks = /^✅+/
const tap = /^(\s*)(not )?ok \d+(?: -)? ?(.*)$/
const title = /^(?:(\s+)(?:# Subtest: |▶ |◌ )?|# Subtest: |▶ |PASS |FAIL )(\S.*)$/
/** Of mocha and node:test: the failures come once more below it. */
const summary = /^\s+\d+ passing\b|^✖ failing tests:$/
/** Of jest: how a test failed, with lines of a diff that look like results, until the next file. */
const details = /^\s+● /
const file = /^(PASS|FAIL) /
/** At the end of a line; a reason may follow. */
const duration = /\s*(?:› [\d.]+ms|\(\d[\d.,]*\s?m?s\)(?: # .*)?|# time=.*|\b\d+ms)$/

/**
 * Reads what runners print for people or machines: the spec reporters of mocha, node:test and jasmine, the verbose ones of
 * jest and vitest, the classic one of poku, TAP, and the ticks of postgres.js. What a test itself prints at the beginning of a line is passed over.
 */
export function readOutcomes(output: string): Outcomes {
  const outcomes = new Map<string, Outcome[]>()
  const titles: Title[] = []
  const note = (indent: number, name: string, outcome: Outcome): void => {
    closeTitles(titles, indent)
    const path = [...titles.map(({ text }) => text), name].join(' › ')
    outcomes.set(path, [...(outcomes.get(path) ?? []), outcome].toSorted())
  }
  let isAmongDetails = false
  for (const line of stripVTControlCharacters(output).split('\n')) {
    if (summary.test(line)) break
    isAmongDetails = !file.test(line) && (isAmongDetails || (details.test(line) && !ended.test(line)))
    if (isAmongDetails) continue
    const spec = mark.exec(line)
    const point = spec ? null : tap.exec(line)
    const end = ended.exec(line)
    for (const tick of ticks.exec(line)?.[0] ?? '') note(0, tick, 'ok')
    if (end) note(end[1]!.length, textOf(end[2]!), 'ok')
    else if (spec) note(spec[1]!.length, textOf(spec[5]!), spec[2] ? 'ok' : spec[3] ? 'failed' : 'skipped')
    else if (point) note(point[1]!.length, textOf(point[3]!), outcomeOf(point))
    else openTitle(line, titles)
  }
  return outcomes
}

function outcomeOf([, , not, name = '']: RegExpExecArray): Outcome {
  if (/# (skip|todo)\b/i.test(name)) return 'skipped'
  return not ? 'failed' : 'ok'
}

// Long numbers in a title are ports, process ids and times.
function textOf(name: string): string {
  return name
    .replace(/\s*# (SKIP|TODO)\b.*$/i, '')
    .replace(duration, '')
    .replace(/\d{4,}/g, '…')
    .replaceAll(' > ', ' › ')
    .trim()
}

function openTitle(line: string, titles: Title[]): void {
  const found = title.exec(line)
  if (!found || /^\s+at /.test(line)) return
  const indent = found[1]?.length ?? 0
  closeTitles(titles, indent)
  titles.push({ indent, text: textOf(found[2]!) })
}

/** Those that a line with this indent does not belong to. */
function closeTitles(titles: Title[], indent: number): void {
  while (titles.length > 0 && titles.at(-1)!.indent >= indent) titles.pop()
}

/** The tests whose outcomes are not the same, in the order of their names; `–` for a test that did not run. */
export function compareOutcomes(bare: Outcomes, traced: Outcomes): Difference[] {
  const names = [...new Set([...bare.keys(), ...traced.keys()])].toSorted()
  const tell = (outcomes: Outcomes, name: string): string => (outcomes.get(name) ?? ['–']).join(', ')
  return names
    .map((name) => ({ test: name, bare: tell(bare, name), traced: tell(traced, name) }))
    .filter((each) => each.bare !== each.traced)
}
