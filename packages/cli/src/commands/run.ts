import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import {
  given,
  type Parse,
  parseCount,
  parseText,
  printableAddress,
  requireAll,
  unusable,
} from '@clew/settings'
import { findUp, readManifest } from '../add/application.ts'
import type { Command } from '../command.ts'
import { defaultDirectory, displayed, openBrowser } from '../local-desk.ts'
import { inShell } from '../output.ts'
import { readWords } from '../read-words.ts'
import { type BesideDesk, deskBeside } from '../run/beside-desk.ts'
import { type Ending, endAs, runChild } from '../run/child.ts'
import { environmentOf, plugAndPlayOptions } from '../run/environment.ts'
import { firstChain } from '../run/first-chain.ts'

const options = {
  port: { type: 'string' },
  data: { type: 'string' },
  memory: { type: 'boolean', default: false },
  'no-open': { type: 'boolean', default: false },
} as const

export const runCommand: Command = {
  usage: `clew run [options] -- COMMAND…

Starts the command with the preload of the @clew/node that is installed in the application (npx clew add), and a desk that receives
what it sends; joins the desk that runs on the port already. On a terminal the page opens at the first chain. Input, output, signals
and exit code are those of the command; what clew says is on stderr, and CLEW_QUIET=1 leaves it at what went wrong. The
desk that it started ends behind the command, and its data stays.

  clew run -- node app.js
  clew run -- npm start
  clew run -- node --import tsx src/app.ts

  --port N       of the desk (default 4318, or a free one where something else listens)
  --data FOLDER  where the desk keeps its data (CLEW_DESK_DATA; default as for clew desk)
  --memory       the desk keeps nothing
  --no-open      opens no page; nor does it without a terminal, or with CI set
`,
  ownWords: (words) => split(words).own,
  goesOn: () => true,
  run: runApplication,
}

/** The command begins behind `--`; without one, which some package managers take away, at the first word that is no option. */
function split(words: readonly string[]): { own: readonly string[]; command: readonly string[] } {
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (word === '--') return { own: words.slice(0, at), command: words.slice(at + 1) }
    if (word === '--port' || word === '--data') at++
    else if (!word.startsWith('-')) return { own: words.slice(0, at), command: words.slice(at) }
  }
  return { own: words, command: [] }
}

async function runApplication(words: readonly string[]): Promise<number> {
  const { own, command } = split(words)
  const { values } = readWords(own, { command: 'clew run', options, most: 0 })
  const [program, ...rest] = command
  if (program === undefined)
    throw new Error('which command? Write it behind --, as in: clew run -- node app.js')
  const { port, data } = requireAll({
    port: given('--port', parseCount(65_535), values.port),
    data: given('--data', values.memory ? notWithMemory : parseText, values.data),
  })
  const { env } = process
  const directory = values.memory ? undefined : resolve((data ?? env.CLEW_DESK_DATA) || defaultDirectory())
  const { CLEW_DESK_TOKEN: token, CLEW_DESK_INGEST_TOKEN: ingestToken } = env
  const desk = await startBeside({
    ...{ port, directory, report: warn },
    // An empty one is none.
    ...{ token: token || undefined, ingestToken: ingestToken || undefined },
  })
  if (desk === undefined) return endAs(await start(program, rest, env))
  const { env: sending, setAside } = environmentOf(env, {
    url: desk.address.url,
    token: desk.isOwn ? undefined : ingestToken,
    plugAndPlay: plugAndPlayOptions(findUp('.pnp.cjs', process.cwd()), program, env.NODE_OPTIONS),
  })
  introduce(desk, directory, setAside)
  const over = new AbortController()
  if (process.stderr.isTTY && !env.CI) void showFirst(desk, !values['no-open'], over.signal)
  const ending = await start(program, rest, sending)
  over.abort()
  await desk.close().catch((error: Error) => warn(error.message))
  if (desk.isOwn) tell(afterwards(directory))
  return endAs(ending)
}

const notWithMemory: Parse<never> = () => unusable('it excludes --memory', 'give one of the two')

/** The application comes first: without a desk it runs as it is. */
async function startBeside(options: Parameters<typeof deskBeside>[0]): Promise<BesideDesk | undefined> {
  try {
    return await deskBeside(options)
  } catch (error) {
    warn(`no desk: ${(error as Error).message}`)
    warn('the application starts without it, and without the preload')
    return undefined
  }
}

async function start(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<Ending> {
  try {
    return await runChild(program, words, { stdio: 'inherit', env })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such command' : message
    warn(`${program}: ${reason}; write the one that starts the application behind --`)
    // As a shell has it.
    return { code: code === 'ENOENT' ? 127 : 126, signal: null }
  }
}

function introduce({ address, isOwn }: BesideDesk, directory: string | undefined, setAside: string[]): void {
  tell(
    `the desk ${isOwn ? 'is' : 'that runs already is'} at ${printableAddress(address.url)}${isOwn ? keeping(directory) : ''}`,
  )
  if (setAside.length > 0) tell(`this run sends to it alone: ${setAside.join(', ')} set aside`)
  if (process.env.OTEL_CONFIG_FILE)
    warn('OTEL_CONFIG_FILE is set, and says where records go; unset it to send to the desk')
  try {
    createRequire(join(process.cwd(), 'package.json')).resolve('@clew/node/register')
  } catch {
    // Yarn Plug'n'Play tells what is installed to its own processes alone.
    if (findUp('.pnp.cjs', process.cwd()) !== undefined) return
    warn(
      `no @clew/node is installed in ${process.cwd()}, so nothing of it is seen there; npx clew add installs it`,
    )
  }
}

const keeping = (directory: string | undefined): string =>
  directory === undefined ? ', and keeps nothing' : `, and keeps its data in ${displayed(directory)}`

function afterwards(directory: string | undefined): string {
  if (directory === undefined) return 'the desk has ended, and its data with it (--memory)'
  const isUsual = directory === defaultDirectory()
  return `the desk has ended; see what it has with: npx clew desk${isUsual ? '' : ` --data ${inShell(directory)}`}`
}

async function showFirst({ address, isOwn }: BesideDesk, opens: boolean, signal: AbortSignal): Promise<void> {
  const service = isOwn ? undefined : process.env.OTEL_SERVICE_NAME || nameOfApplication()
  const page = await firstChain(address, { fromMs: Date.now(), service }, signal)
  if (page === undefined) return
  if (opens) openBrowser(page, () => tell('no browser could be opened'))
  // Behind it: whoever reads this and types Ctrl-C ends no browser that is about to start.
  tell(`the first chain: ${page}`)
}

function nameOfApplication(): string | undefined {
  try {
    return readManifest(process.cwd()).json.name
  } catch {
    return undefined
  }
}

function tell(text: string): void {
  if (!process.env.CLEW_QUIET) warn(text)
}

function warn(text: string): void {
  process.stderr.write(`[clew run] ${text}\n`)
}
