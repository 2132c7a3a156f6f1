import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** In CommonJS, and outside of the application: it is found by every process that inherits it. */
const preload = fileURLToPath(new URL('../../run.cjs', import.meta.url))

const signals = ['LOGS', 'TRACES', 'METRICS']
const parts = [
  'ENDPOINT',
  'PROTOCOL',
  'HEADERS',
  'COMPRESSION',
  'CERTIFICATE',
  'CLIENT_KEY',
  'CLIENT_CERTIFICATE',
]
const general = parts.map((part) => `OTEL_EXPORTER_OTLP_${part}`)
const bySignal = signals.flatMap((signal) => parts.map((part) => `OTEL_EXPORTER_OTLP_${signal}_${part}`))

export type Environment = {
  env: NodeJS.ProcessEnv
  /** What was set and is set aside for this run. */
  setAside: string[]
}

/** The environment of an application that sends to the desk at `url`: its own, with the preload behind what Node is told already. */
export function environmentOf(own: NodeJS.ProcessEnv, { url, token, plugAndPlay }: Sending): Environment {
  const env = { ...own }
  const setAside = [...general, ...bySignal].filter((name) => env[name] !== undefined && env[name] !== '')
  for (const name of setAside) delete env[name]
  env.OTEL_EXPORTER_OTLP_ENDPOINT = url
  env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf'
  if (token) env.OTEL_EXPORTER_OTLP_HEADERS = `authorization=${encodeURIComponent(`Bearer ${token}`)}`
  const options = [...(plugAndPlay ?? []), `--require ${quoted(preload)}`]
  env.NODE_OPTIONS = [own.NODE_OPTIONS, ...options].filter(Boolean).join(' ')
  return { env, setAside }
}

export type Sending = {
  url: string
  /** To send, where the desk wants one. */
  token?: string | undefined
  /** Before the preload, which is found by it. */
  plugAndPlay?: readonly string[]
}

/**
 * What makes Node.js find packages under Yarn Plug'n'Play, as `yarn node` does; nothing where it is told already or by yarn itself.
 * https://yarnpkg.com/features/pnp
 */
export function plugAndPlayOptions(
  file: string | undefined,
  program: string,
  nodeOptions: string = '',
): string[] {
  if (file === undefined || nodeOptions.includes(basename(file)) || /^yarn(?:\.|$)/.test(basename(program)))
    return []
  const loader = file.replace(/\.cjs$/, '.loader.mjs')
  const forModules = existsSync(loader) ? [`--experimental-loader ${quoted(loader)}`] : []
  return [`--require ${quoted(file)}`, ...forModules]
}

/** https://nodejs.org/api/cli.html#node_optionsoptions */
function quoted(path: string): string {
  return /[\s"\\]/.test(path) ? `"${path.replaceAll(/["\\]/g, '\\$&')}"` : path
}
