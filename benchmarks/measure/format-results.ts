import type { Result } from './result.ts'

/** results.md: a table, and under it what went wrong and what to know. */
export function formatResults(results: readonly Result[]): string {
  return [
    '# Results',
    '',
    'Written by `npm run bench`; [README.md](README.md) says how this is measured and how to read it.',
    '',
    '| row | unit | bare | Clew | rivals | ratio | goal | | Node | date |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...results.map(formatRow),
    ...section('Failed: these figures say nothing', results, ({ problems }) => problems),
    ...section('Notes', results, ({ notes }) => notes),
    '',
  ].join('\n')
}

function section(
  title: string,
  results: readonly Result[],
  texts: (result: Result) => readonly string[],
): string[] {
  const lines = results.flatMap((result) => texts(result).map((text) => `- **${result.name}**: ${text}`))
  return lines.length > 0 ? ['', `## ${title}`, '', ...new Set(lines)] : []
}

function formatRow(result: Result): string {
  const { name, unit, bare, ours, rivals, ratio, goal, node, date } = result
  const others = Object.entries(rivals).map(([rival, figure]) => `${rival} ${formatFigure(figure)}`)
  const cells = [name, unit, formatFigure(bare), formatFigure(ours), others.join('<br>'), formatFigure(ratio)]
  return `| ${[...cells, goal, verdict(result), node, date].join(' | ')} |`
}

function formatFigure(figure: number | null): string {
  return figure === null ? '–' : String(figure)
}

export function verdict({ problems, reached }: Result): string {
  if (problems.length > 0) return 'FAILED'
  if (reached === null) return ''
  return reached ? 'reached' : 'missed'
}
