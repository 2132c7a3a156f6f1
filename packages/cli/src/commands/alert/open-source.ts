import { kafkaSource, linesSource, otlpSource, redisSource, type Source } from '@clew/alert'
import { printableAddress, quote } from '@clew/settings'
import { connectRedis } from './connect-redis.ts'
import { parseKafkaAddress } from './kafka-address.ts'

/** Where records come from; `name` is for people, without secrets. */
export type NamedSource = {
  source: Source
  name: string
  /** Gives again what came while nothing ran. */
  isKept: boolean
}

type Report = (message: string) => void

const forms =
  'write kafka://host:9092/log_raw, redis://host:6379/0/log_raw, otlp://127.0.0.1:4318, or - for lines on stdin'

/** Opens what `--from` names. Throws with what is wrong and the remedy. */
export async function openSource(address: string, report: Report): Promise<NamedSource> {
  const now = Date.now
  if (address === '-')
    return {
      source: linesSource({ chunks: process.stdin, name: 'stdin', report, now }),
      name: 'stdin',
      isKept: false,
    }
  const [, scheme] = /^([a-z]+):\/\//.exec(address) ?? []
  if (scheme === 'kafka') return openKafka(address, report)
  if (scheme === 'redis' || scheme === 'rediss') return openStreams(address, report)
  if (scheme === 'otlp') return openOtlp(address)
  throw new Error(`--from ${quote(address)}: it is no source; ${forms}`)
}

function openKafka(address: string, report: Report): NamedSource {
  const parsed = parseKafkaAddress(address, process.env)
  if (parsed === undefined) {
    const encode = address.includes('@') ? 'in a password write @ and / as %40 and %2F; ' : ''
    throw new Error(`--from ${quote(address)}: it has no host or no topic; ${encode}${forms}`)
  }
  const { name, ...options } = parsed
  return { source: kafkaSource({ ...options, report, now: Date.now }), name, isKept: true }
}

/** `redis://host:6379/0/stream,other?group=…&begin=earliest` */
async function openStreams(address: string, report: Report): Promise<NamedSource> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const [, database = '0', names = ''] = url?.pathname.split('/') ?? []
  if (url === undefined || names === '')
    throw new Error(`--from ${quote(address)}: it has no stream; ${forms}`)
  const parameters = url.searchParams
  const client = await connectRedis(`${url.protocol}//${authority(url)}/${database}`, report)
  const source = redisSource({
    send: ([command, ...words]) => client.call(command!, ...words),
    streams: names.split(',').map(decodeURIComponent),
    group: parameters.get('group') ?? 'clew-alert',
    begin: parameters.get('begin') === 'earliest' ? 'earliest' : 'latest',
    ...{ report, now: Date.now },
  })
  const run: Source['run'] = (sink) => source.run(sink).finally(() => client.disconnect())
  return {
    source: { ...source, run },
    name: printableAddress(`${url.protocol}//${url.host}/${database}/${names}`),
    isKept: true,
  }
}

function authority({ username, password, host }: URL): string {
  return username === '' && password === '' ? host : `${username}:${password}@${host}`
}

/** `otlp://127.0.0.1:4318` */
function openOtlp(address: string): NamedSource {
  const text = address.replace('otlp:', 'http:')
  if (!URL.canParse(text)) throw new Error(`--from ${quote(address)}: it is no address; ${forms}`)
  const { hostname, port } = new URL(text)
  const token = process.env.CLEW_ALERT_INGEST_TOKEN
  const source = otlpSource({
    ...{ host: hostname, port: Number(port || 4318), now: Date.now },
    ...(token !== undefined && token !== '' && { token }),
  })
  return { source, name: `otlp://${hostname}:${port || 4318}`, isKept: false }
}
