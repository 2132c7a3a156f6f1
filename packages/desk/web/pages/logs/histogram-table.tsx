import type { LogHistogram } from '../../../api/index.ts'
import { formatCount, formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { stackedBands, stepCount, stepsBetween } from './histogram-bars.ts'

/** The histogram as a table that is heard, not seen. Steps without lines are left out. */
export function HistogramTable({ histogram }: { histogram: LogHistogram }) {
  const bands = stackedBands.filter((band) => histogram.series[band].some((count) => count > 0))
  const steps = Array.from({ length: stepCount(histogram) }, (_, at) => stepsBetween(histogram, at, at))
  const { label, begin } = words.value.logs.histogram
  return (
    <div class="unseen">
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">{begin}</th>
            {bands.map((band) => (
              <th key={band} scope="col">
                {words.value.shell.severity[band]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps
            .filter(({ total }) => total > 0)
            .map(({ fromUnixMs, counts }) => (
              <tr key={fromUnixMs}>
                <th scope="row">{formatStep(fromUnixMs)}</th>
                {bands.map((band) => (
                  <td key={band}>{formatCount(new Map(counts).get(band) ?? 0)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
