import { isAbsolute } from 'node:path'
import { parseChoice, parseGrpcTarget, parseHeaders, parseHttpAddress, readPem } from '@clew/settings'
import type { ReadFile } from '../endpoint.ts'
import { type OtlpSettings, type Signal as OtlpSignal, otlpSettings } from '../otlp-settings.ts'
import { signalSettings } from '../settings.ts'
import { type Findings, type Give, lacking, wrong } from './findings.ts'
import { tellEmpty } from './resource.ts'
import { at, type FileNode, items } from './tree.ts'

type Signal = Exclude<OtlpSignal, 'metrics'>
type Processor = { exporter: FileNode; delay: FileNode | undefined; isSimple: boolean }
export type Tools = { give: Give; findings: Findings; readFile: ReadFile }

/** What the schema has for a batch that says nothing, in milliseconds. */
const defaultDelayMs: Readonly<Record<Signal, number>> = { traces: 5_000, logs: 1_000 }

/** Where a signal goes: by the first OTLP exporter of its processors, and to the console. */
export function readProcessors(provider: FileNode | undefined, signal: Signal, tools: Tools): void {
  const processors = items(at(provider, 'processors')).flatMap(readProcessor)
  const isConsole = ({ exporter }: Processor): boolean => at(exporter, 'console') !== undefined
  const [first, ...more] = processors.filter((one) => !isConsole(one))
  for (const { exporter } of more) {
    const remedy = 'send to a Collector, which sends on to all of them'
    lacking(tools.findings, exporter, { found: `a second receiver of ${signal} is not supported`, remedy })
  }
  const names = [...(first ? ['otlp'] : []), ...(processors.some(isConsole) ? ['console'] : [])]
  const { tracesExporter, logsExporter, spanDelay, logDelay } = signalSettings
  const [exporter, delay] = signal === 'traces' ? [tracesExporter, spanDelay] : [logsExporter, logDelay]
  tools.give(exporter, provider, names.length > 0 ? names : ['none'])
  if (!first) return
  const delayMs = first.isSimple ? 0 : (first.delay?.value ?? defaultDelayMs[signal])
  tools.give(delay, first.delay ?? first.exporter, delayMs)
  readExporter(first.exporter, otlpSettings(signal), tools)
}

function readProcessor(node: FileNode): Processor[] {
  const simple = at(node, 'simple')
  const processor = simple ?? at(node, 'batch')
  const exporter = at(processor, 'exporter')
  return exporter
    ? [{ exporter, delay: at(processor, 'schedule_delay'), isSimple: simple !== undefined }]
    : []
}

function readExporter(exporter: FileNode, settings: OtlpSettings, tools: Tools): void {
  const { give, findings } = tools
  const http = at(exporter, 'otlp_http')
  const node = http ?? at(exporter, 'otlp_grpc')
  const [endpoint, timeout, compression] = ['endpoint', 'timeout', 'compression'].map((key) => at(node, key))
  const insecure = at(node, 'tls', 'insecure')
  if (endpoint) {
    const parse = http ? parseHttpAddress : parseGrpcTarget(insecure?.value === true)
    for (const fault of parse(endpoint.value).faults) wrong(findings, endpoint, fault)
  }
  give(settings.endpoint, endpoint, endpoint?.value)
  give(settings.insecure, insecure, insecure?.value)
  give(settings.protocol, node, http ? `http/${readEncoding(at(http, 'encoding'), findings)}` : 'grpc')
  give(settings.headers, node, readHeaders(node, findings))
  give(settings.compression, compression ?? node, compression?.value ?? 'none')
  give(settings.timeoutMs, timeout, timeout?.value)
  readTls(at(node, 'tls'), settings, tools)
}

function readEncoding(node: FileNode | undefined, findings: Findings): 'protobuf' | 'json' {
  const { value = 'protobuf', faults } = parseChoice(['protobuf', 'json'])(node?.value ?? 'protobuf')
  for (const fault of faults) wrong(findings, node!, fault)
  return value
}

/** Those of `headers` go before those of `headers_list`. */
function readHeaders(node: FileNode | undefined, findings: Findings): Record<string, string> {
  const list = at(node, 'headers_list')
  const { value: listed, faults } = parseHeaders(list?.value ?? '')
  for (const fault of faults) wrong(findings, list!, fault)
  const given = items(at(node, 'headers')).map((pair) => readHeader(pair, findings))
  return Object.assign({}, listed, ...given)
}

function readHeader(pair: FileNode, findings: Findings): Readonly<Record<string, string>> {
  const [name, value] = [at(pair, 'name'), at(pair, 'value')]
  if (!name || !value) return {}
  if (value.value === null || (value.value === '' && value.unset)) {
    tellEmpty(value, findings)
    return {}
  }
  const { value: header = {}, faults } = parseHeaders({ [String(name.value)]: value.value })
  for (const fault of faults) wrong(findings, pair, fault)
  return header
}

function readTls(
  tls: FileNode | undefined,
  settings: OtlpSettings,
  { give, findings, readFile }: Tools,
): void {
  const [ca, cert, key] = ['ca_file', 'cert_file', 'key_file'].map((name) => at(tls, name))
  for (const file of [ca, cert, key]) if (file) checkPem(file, findings, readFile)
  if (tls && (cert === undefined) !== (key === undefined)) {
    const found = 'a client certificate needs its key and the other way round'
    wrong(findings, tls, { found, remedy: `write ${cert ? 'key_file' : 'cert_file'} too` })
  }
  give(settings.certificate, ca, ca?.value)
  give(settings.clientCertificate, cert, cert?.value)
  give(settings.clientKey, key, key?.value)
}

function checkPem(node: FileNode, findings: Findings, readFile: ReadFile): void {
  const path = String(node.value)
  const read = readPem(path, readFile)
  if (typeof read === 'object') wrong(findings, node, read)
  else if (!isAbsolute(path))
    wrong(findings, node, { found: 'the path is relative', remedy: 'write the whole path, from the root on' })
}
