import type { Result } from './result.ts'

/** results.md: a table, and under it what went wrong. */
export function formatResults(results: readonly Result[]): string {
  const problems = results.flatMap(({ name, problems: list }) =>
    list.map((problem) => `- **${name}**: ${problem}`),
  )
  return [
    '# Results',
    '',
    'Written by `npm run bench`; [README.md](README.md) says how this is measured and how to read it.',
    '',
    '| row | unit | bare | Clew | rivals | ratio | goal | | Node | date |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...results.map(formatRow),
    ...(problems.length > 0 ? ['', '## Failed: these figures say nothing', '', ...problems] : []),
    '',
  ].join('\n')
}

function formatRow(result: Result): string {
  const { name, unit, bare, ours, rivals, ratio, goal, node, date } = result
  const others = Object.entries(rivals).map(([rival, figure]) => `${rival} ${formatFigure(figure)}`)
  const cells = [name, unit, formatFigure(bare), formatFigure(ours), others.join('<br>'), formatFigure(ratio)]
  return `| ${[...cells, goal, verdict(result), node, date].join(' | ')} |`
}

/** Null was no finite number before it went through JSON. */
function formatFigure(figure: number | null): string {
  return figure === null || Number.isNaN(figure) ? '–' : String(figure)
}

export function verdict({ problems, reached }: Result): string {
  if (problems.length > 0) return 'FAILED'
  if (reached === null) return ''
  return reached ? 'reached' : 'missed'
}
