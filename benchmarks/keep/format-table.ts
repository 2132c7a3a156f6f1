import { processNames } from './look.ts'
import type { Measured } from './measure-way.ts'
import { serviceNames } from './three-services.ts'

type Figure = readonly [name: string, of: (measured: Measured) => string | undefined]

const whole = (figure: number): string => figure.toFixed(0)
const percent = (part: number, all: number): string => `${((100 * part) / all).toFixed(2)} %`
const parts = <Name extends string>(
  names: readonly Name[],
  figures: Readonly<Record<Name, number>>,
  print: (figure: number) => string,
): string => names.map((name) => print(figures[name])).join(' / ')

const figures: readonly Figure[] = [
  ['orders a second', ({ perSecond }) => whole(perSecond)],
  ['log lines a second', ({ linesPerSecond }) => whole(linesPerSecond)],
  ['orders that failed', ({ judged }) => judged && whole(judged.failed)],
  ['… whole', ({ judged }) => judged && `${judged.whole}  ${percent(judged.whole, judged.failed)}`],
  ['… in part, nothing of', ({ judged }) => judged && `${judged.parts}, ${judged.nothing}`],
  ['others in part', ({ judged }) => judged && whole(judged.partsOfOthers)],
  ['shipped of the full log', ({ judged }) => judged && percent(judged.lines, judged.written)],
  ['lines twice, strayed', ({ judged }) => judged && `${judged.twice}, ${judged.strayed}`],
  ['spans that came', ({ judged }) => judged && whole(judged.spans)],
  ['MB sent', ({ judged }) => judged && (judged.bytes / 1e6).toFixed(1)],
  ...processNames.map((name): Figure => [`CPU µs, ${name}`, ({ cpuUs }) => whole(cpuUs[name])]),
  ['… all', ({ cpuUs }) => whole(processNames.reduce((sum, name) => sum + cpuUs[name], 0))],
  [
    `% active: ${serviceNames.join(' / ')}`,
    ({ active }) => parts(serviceNames, active, (share) => whole(100 * share)),
  ],
  ['cores: ours, busy', ({ cores }) => `${cores.ours.toFixed(2)}, ${cores.busy.toFixed(2)} of ${cores.all}`],
]

/** A column for each way, and below it what there is to know. CPU is of one order. */
export function formatTable(all: readonly Measured[]): string {
  const rows = [
    ['', ...all.map(({ way }) => way.name)],
    ...figures.map(([name, of]) => [name, ...all.map((measured) => of(measured) ?? '–')]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = ([name = '', ...cells]: readonly string[]): string =>
    [name.padEnd(widths[0]!), ...cells.map((cell, at) => cell.padStart(widths[at + 1]!))].join('  ')
  return [...rows.map(line), ...all.flatMap(remarksOf)].join('\n')
}

function remarksOf({ way, said, judged }: Measured): string[] {
  return [...said, ...(judged?.examples ?? [])].map((text) => `${way.name}: ${text}`)
}
