import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkQuery } from './check-query.ts'
import { exportedSeries, type Labels } from './exported-metrics.ts'
import { dashboardFiles, dashboards, grafanaFolder, readRules, rulesPath } from './files.ts'
import { plainQuery } from './panel-queries.ts'

const rules = readRules()

/** What is exported, and what rules of ours record of it. */
function allSeries(): Map<string, Labels> {
  const series = exportedSeries()
  for (const { record, expr } of rules)
    if (record) series.set(record, checkQuery(expr, series).labels ?? new Set())
  return series
}
const series = allSeries()

test.each([...dashboardFiles()])('%s is what scripts/dashboards.ts makes', (name, text) => {
  const file = readFileSync(join(grafanaFolder, name), 'utf8')
  expect(JSON.parse(file), 'run `node scripts/dashboards.ts`').toEqual(JSON.parse(text))
})

const panels = [...dashboards].flatMap(([name, { rows }]) =>
  rows.flatMap((row) => row.panels.map((panel) => [`${name}: ${row.title}: ${panel.title}`, panel] as const)),
)

test.each(panels)(
  '%s asks for what is exported, and names its series by labels that there are',
  (_, panel) => {
    for (const [expr, legend] of panel.queries) {
      const { labels = new Set(), mistakes } = checkQuery(plainQuery(expr), series)
      expect(mistakes, expr).toEqual([])
      const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!)
      expect(
        shown.filter((label) => !labels.has(label)),
        `${legend} of ${expr}`,
      ).toEqual([])
    }
    const linked = (panel.links ?? []).flatMap(({ path }) =>
      [...path.matchAll(/__field\.labels\.(\w+)/g)].map(([, label]) => label!),
    )
    const all = panel.queries.map(([expr]) => checkQuery(plainQuery(expr), series).labels)
    for (const label of linked)
      expect(
        all.every((labels) => labels?.has(label)),
        label,
      ).toBe(true)
  },
)

test.each([...dashboards])('the variables of %s are labels that there are', (_, { variables }) => {
  for (const { metric, label } of variables) expect([...(series.get(metric) ?? [])]).toContain(label)
})

test.each(rules)(
  'the rule $record$alert asks for what is exported, and speaks of labels that there are',
  (rule) => {
    const { labels = new Set(), mistakes } = checkQuery(rule.expr, series)
    expect(mistakes).toEqual([])
    const spoken = Object.values(rule.annotations ?? {}).flatMap((text) =>
      [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!),
    )
    expect(spoken.filter((label) => !labels.has(label))).toEqual([])
  },
)

test('each series that is exported stands in the documents', () => {
  const docs = ['reference', 'guide']
    .map((folder) => readFileSync(`docs/${folder}/metrics.md`, 'utf8'))
    .join()
  const isKnown = (name: string): boolean =>
    [name, name.replace('_span_', '_log_'), name.replace(/^.*(_limit_bytes)$/, '…$1')].some((one) =>
      docs.includes(`\`${one.replace(/_(bucket|sum|count)$/, '')}\``),
    )
  const unknown = [...exportedSeries().keys()].filter((name) => !isKnown(name))
  expect(unknown).toEqual(['up', 'ALERTS'])
})

describe('a query that cannot be answered is told', () => {
  const known = new Map<string, Labels>([
    ['a_total', new Set(['x', 'y'])],
    ['b_bucket', new Set(['x', 'le'])],
  ])
  test.each<[string, string[]]>([
    ['sum by (x) (rate(a_total{y="1"}[5m])) > 0', []],
    ['histogram_quantile(0.9, sum by (le, x) (rate(b_bucket[5m])))', []],
    ['rate(a_totl[5m])', ['nobody exports a_totl']],
    ['{x="1"}', ['nobody exports {x="1"}']],
    ['a_total{z="1"}', ['a_total has no label z']],
    ['sum by (z) (a_total)', ['what is aggregated by sum has no label z']],
    ['sum by (y) (sum by (x) (a_total))', ['what is aggregated by sum has no label y']],
    ['histogram_quantile(0.9, sum by (x) (b_bucket))', ['histogram_quantile needs the label le']],
    [
      'sum by (x) (a_total) / sum(a_total)',
      ['sum by (x) (a_total) / sum(a_total) matches nothing: its sides have the labels x and '],
    ],
    ['a_total / on (x) group_left sum by (x) (a_total)', []],
    ['a_total and on (z) b_bucket', ['the left side has no label z', 'the right side has no label z']],
    ['topk(3, a_total) or vector(0)', []],
    ['sum(a_total', ['cannot be read from character 12 on']],
  ])('%s', (query, mistakes) => {
    expect(checkQuery(query, known).mistakes).toEqual(mistakes)
  })
})

const promtool = (...words: string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', words, { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

test('promtool has nothing to say against the rules', () => {
  const { status, output } = promtool('check', 'rules', '--lint=all', '--lint-fatal', rulesPath)
  expect([status, output]).toEqual([0, expect.stringContaining(`SUCCESS: ${rules.length} rules found`)])
})

test('each alert comes when it should and not before, by promtool', () => {
  const path = join(import.meta.dirname, 'clew.rules.test.yaml')
  const { status, output } = promtool('test', 'rules', path)
  expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  const tried = new Set([...readFileSync(path, 'utf8').matchAll(/alertname: (\w+)/g)].map(([, name]) => name))
  expect(rules.flatMap(({ alert }) => (alert && !tried.has(alert) ? [alert] : []))).toEqual([])
})
