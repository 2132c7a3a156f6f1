import type { ClewStatus, DestinationStatus } from '@clew/node'
import { type Paint, safeText, unpainted } from '@clew/otlp/text'
import { formatSize, given, parseHttpAddress, printableAddress, requireAll } from '@clew/settings'
import type { Command } from '../command.ts'
import { isCount, isFields, isListOf, isText, orNone, readJson, withFields } from '../desk-answer.ts'
import { paintOf, print } from '../output.ts'
import { readWords } from '../read-words.ts'

const defaultAddress = 'http://127.0.0.1:9464'

const options = { json: { type: 'boolean', default: false } } as const

export const statusCommand: Command = {
  usage: `clew status [url] [options]

Asks an application at /clew/status of the address that shows its metrics (CLEW_PROMETHEUS_PORT) or of CLEW_STATUS_PORT; default
${defaultAddress}. Exits with 1 when a destination fails or something configured is not in force.

  --json         the whole answer, in one line
`,
  async run(words) {
    const { values, positionals } = readWords(words, { command: 'clew status', options, most: 1 })
    const { address } = requireAll({
      address: given('<url>', parseHttpAddress, positionals[0] ?? defaultAddress),
    })
    const status = await ask(`${address.origin}/clew/status`)
    const paint = paintOf(process.stdout, process.env)
    await print(values.json ? `${JSON.stringify(status)}\n` : formatStatus(status, paint))
    const isWell = status.destinations.every(({ failing }) => failing === null)
    return isWell && status.configuration.problems.length === 0 ? 0 : 1
  },
}

/** Throws with the reason in one line. */
async function ask(url: string): Promise<ClewStatus> {
  const shown = printableAddress(url)
  let response: Response
  try {
    response = await fetch(url)
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } }
    throw new Error(
      `no application answers at ${shown} (${cause?.code ?? cause?.message ?? error}); start it with CLEW_STATUS_PORT, or CLEW_PROMETHEUS_PORT and @clew/prometheus-exporter`,
    )
  }
  if (response.ok) return readJson<ClewStatus>(response, url, isStatus, question)
  throw new Error(`${shown} answered ${response.status}; ${question}`)
}

const question = 'is it the address of CLEW_STATUS_PORT?'

/** What is printed of a status; parts that may be null may be left out, too. */
const isStatus = withFields({
  ...{ service: withFields({ name: isText }), version: isText, redaction: withFields({ counts: isFields }) },
  process: withFields({ pid: isCount, node: isText, uptimeSeconds: isCount }),
  instrumented: isListOf(
    withFields({ name: isText, libraries: isListOf(withFields({ name: isText, version: isText })) }),
  ),
  destinations: isListOf(withFields({ signal: isText, to: isText, failing: orNone(isFields) })),
  configuration: withFields({ problems: isListOf(isText) }),
})

/** For a reader in a terminal. */
export function formatStatus(status: ClewStatus, paint: Paint = unpainted): string {
  const { service, process: running, version, instrumented, keep, hold, metrics, redaction, alerts } = status
  const joins = instrumented.map(({ name, libraries }) =>
    [
      name,
      ...libraries.map((library) =>
        library.name === name ? library.version : `${library.name} ${library.version}`,
      ),
    ].join(' '),
  )
  const lines = [
    `${service.name}${service.version ? ` ${service.version}` : ''}: process ${running.pid}, Node.js ${running.node}, Clew ${version}, up ${running.uptimeSeconds} s`,
    `joins ${joins.join(', ') || 'nothing'}`,
    ...status.destinations.flatMap(formatDestination),
    ...(metrics ? [`metrics to ${metrics.to} every ${metrics.everySeconds} s`] : []),
    keep
      ? `${keep.inForce} (${keep.from.join(', ')}): ${listOf({ kept: keep.kept, collapsed: keep.collapsed, held: keep.held, released: keep.released })}`
      : 'keeps all records',
    ...(hold
      ? [
          `holds ${hold.records} records of ${hold.chains} chains for ${hold.holdSeconds.toFixed(1)} s in ${formatSize(hold.bytes)} of ${formatSize(hold.maxBytes)}`,
        ]
      : []),
    ...(redaction.mode === 'off'
      ? []
      : [`redaction ${redaction.mode}: ${listOf(redaction.counts) || 'nothing yet'}`]),
    ...(alerts ? [`alerts by ${alerts.file}: ${alerts.rules.join(', ') || 'no rule yet'}`] : []),
    ...status.configuration.problems.map((problem) => `! ${problem}`),
  ]
  return `${lines
    .map(safeText)
    .map((line) => (line.startsWith('! ') ? paint('error', line) : line))
    .join('\n')}\n`
}

function formatDestination(one: DestinationStatus): string[] {
  const { accepted, delivered, rejected, dropped, spooled, replayed, expired, waiting, inflight, spool } = one
  const counts = { accepted, delivered, rejected, dropped, spooled, replayed, expired, waiting, inflight }
  const disk =
    spool && spool.bytes > 0
      ? `; on disk ${spool.records} in ${formatSize(spool.bytes)} since ${spool.oldest}`
      : ''
  return [
    `${one.signal} to ${one.to}: ${listOf(counts) || 'nothing yet'}${disk}`,
    ...(one.failing ? [`! fails since ${one.failing.since}: ${one.failing.reason}`] : []),
  ]
}

/** What there is some of. */
function listOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []))
    .join(', ')
}
