import { subscribe } from 'node:diagnostics_channel'
import { existsSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Session } from 'node:inspector'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

// The preload of a process whose calls are followed: it runs the packages from their sources, and tells its parent
// which functions were called since it was last asked. https://chromedevtools.github.io/devtools-protocol/v8/Profiler

type ScriptCoverage = {
  url: string
  functions: { functionName: string; ranges: { count: number }[] }[]
}
/** Sends a command of the protocol to one thread. */
type Send = (method: string, parameters?: object) => Promise<unknown>

/** Names of the functions that were called, by source file. */
export type Calls = Record<string, string[]>
export type ToFollowed = { ask: 'calls' }
export type FromFollowed = { calls: Calls } | { answered: string }

const session = new Session()
const threads = new Map<string, Send>()

const sendToThisThread: Send = (method, parameters) =>
  new Promise((resolve, reject) => {
    session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result)))
  })

/** The source of a built file of a package; undefined for every other file. */
function sourceOf(url: string): string | undefined {
  const built = url.match(
    /^(.*\/packages\/(?!.*\/node_modules\/).+?\/)(?:dist\/bundle|dist|bundle)\/(.+)\.js$/,
  )
  if (built === null) return undefined
  return ['src/', 'server/', '']
    .map((folder) => `${built[1]}${folder}${built[2]}.ts`)
    .find((source) => existsSync(fileURLToPath(source)))
}

function runFromSources(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context)
      const url = sourceOf(resolved.url)
      return url === undefined ? resolved : { url, format: 'module-typescript', shortCircuit: true }
    },
  })
}

/** The protocol of a thread that this process starts; the hooks above do not reach it, so its files are built ones. */
function sendToThread(sessionId: string): Send {
  const waiting = new Map<number, (result: unknown) => void>()
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    if (params.sessionId !== sessionId) return
    const { id, result } = JSON.parse(params.message) as { id?: number; result: unknown }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  let nextId = 1
  return (method, params) =>
    new Promise((resolve) => {
      const id = nextId++
      waiting.set(id, resolve)
      const message = JSON.stringify({ id, method, params })
      void sendToThisThread('NodeWorker.sendMessageToWorker', { sessionId, message })
    })
}

function startCounting(send: Send): void {
  void send('Profiler.enable')
  void send('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
}

/** Asking sets the counters to zero. */
async function callsSinceLast(): Promise<Calls> {
  const taken = await Promise.all(
    [sendToThisThread, ...threads.values()].map(
      (send) => send('Profiler.takePreciseCoverage') as Promise<{ result: ScriptCoverage[] }>,
    ),
  )
  const calls: Calls = {}
  for (const { url, functions } of taken.flatMap(({ result }) => result)) {
    const source = sourceOf(url) ?? url
    const names = functions.filter(({ ranges }) => ranges[0]!.count > 0).map((one) => one.functionName)
    if (names.length > 0) calls[source] = [...new Set([...(calls[source] ?? []), ...names])]
  }
  return calls
}

function answerParent(): void {
  const tell = (message: FromFollowed): void => void process.send?.(message)
  process.on('message', async (message: ToFollowed) => {
    if (message.ask === 'calls') tell({ calls: await callsSinceLast() })
  })
  // What the process does with an answer is done once the answer is closed.
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage }
    response.once('close', () => tell({ answered: request.path }))
  })
}

if (isMainThread) {
  runFromSources()
  session.connect()
  startCounting(sendToThisThread)
  session.on('NodeWorker.attachedToWorker', ({ params }) => {
    const send = sendToThread(params.sessionId)
    threads.set(params.sessionId, send)
    startCounting(send)
    void send('Runtime.runIfWaitingForDebugger')
  })
  void sendToThisThread('NodeWorker.enable', { waitForDebuggerOnStart: true })
  answerParent()
}
