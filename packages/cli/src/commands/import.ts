import { safeText } from '@clew/otlp/text'
import { requireAll } from '@clew/settings'
import type { Command } from '../command.ts'
import { addressOptions, addressUsage, givenDesk } from '../desk-client.ts'
import { listFiles } from '../import/list-files.ts'
import { createProgress } from '../import/progress.ts'
import type { Sent } from '../import/send-file.ts'
import { print } from '../output.ts'
import { readWords } from '../read-words.ts'

const options = { ...addressOptions, json: { type: 'boolean', default: false } } as const
const sendToken = 'its token to send, when it has one (CLEW_DESK_INGEST_TOKEN)'

export const importCommand: Command = {
  usage: `clew import FILE… [options]

Sends files to a desk, which knows them by what is in them: OTLP (JSON, protobuf), Jaeger, Tempo, Zipkin v2, log objects of pino,
winston, zap, ECS, Google Cloud and many others, lines of text that begin with a time; also as gzip. - is stdin; of a folder all
files in it are sent. The exit code is 1 when one of them was refused, or ended at a limit.

  clew import trace.json logs/
  kubectl logs deploy/orders | clew import -

  --json         one JSON object for each file: file, format, logs, spans, rejected, problems; error, where there is one
${addressUsage.replace(/its token to read.*/, sendToken)}
`,
  async run(words) {
    const command = { command: 'clew import', options, most: Number.POSITIVE_INFINITY }
    const { values, positionals } = readWords(words, command)
    if (positionals.length === 0) throw new Error('which file? Give one or more, or - for stdin')
    const { desk } = requireAll({
      desk: givenDesk({ ...values, token: values.token ?? process.env.CLEW_DESK_INGEST_TOKEN }),
    })
    // With it comes node:http, which no other command needs.
    const { sendFile } = await import('../import/send-file.ts')
    const progress = createProgress(process.stderr)
    let failed = 0
    for (const { path: file, error } of await listFiles(positionals)) {
      const show = (bytes: number, total: number | undefined) => progress.show(file, bytes, total)
      const sent = error === undefined ? await sendFile(desk, file, show) : { error }
      progress.clear()
      if ('error' in sent) failed++
      if (values.json) await print(`${JSON.stringify({ file, ...sent })}\n`)
      else await say(file, sent)
    }
    return failed === 0 ? 0 : 1
  },
}

async function say(file: string, sent: Sent): Promise<void> {
  const name = safeText(file)
  const tell = (text: string): void => void process.stderr.write(`${name}${safeText(text)}\n`)
  if ('error' in sent) return tell(`: ${sent.error}`)
  const { format, logs, spans, rejected, problems } = sent
  const counts = [`${logs} ${logs === 1 ? 'line' : 'lines'}`, `${spans} ${spans === 1 ? 'span' : 'spans'}`]
  await print(`${name}: ${counts.join(', ')} (${safeText(format)})\n`)
  for (const { line, message } of problems) tell(`:${line}: ${message}`)
  const more = rejected - problems.length
  if (more > 0) tell(`: ${more} more are no records, ${rejected} in all`)
}
