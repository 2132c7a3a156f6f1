import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Session } from 'node:inspector'
import { isMainThread } from 'node:worker_threads'
import { type FirstPasses, passesKey, runFromSources } from './run-from-sources.ts'

// The preload of a process whose calls are followed: it runs the packages from their sources, and tells its parent
// which functions were called since it was last asked. https://chromedevtools.github.io/devtools-protocol/v8/Profiler

type ScriptCoverage = {
  url: string
  functions: { functionName: string; ranges: { count: number }[] }[]
}
/** Sends a command of the protocol to one thread. */
type Send = (method: string, parameters?: object) => Promise<unknown>

/** Names of the functions that were called, by source file, in the order in which the files were passed first. */
export type Calls = Record<string, string[]>
export type ToFollowed = { ask: 'calls' }
export type FromFollowed = { calls: Calls } | { answered: string }

const session = new Session()

const sendToThisThread: Send = (method, parameters) =>
  new Promise((resolve, reject) => {
    session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result)))
  })

const threads: Send[] = [sendToThisThread]

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
  const names: Calls = {}
  const passes: FirstPasses = {}
  for (const send of threads) {
    const { result } = (await send('Profiler.takePreciseCoverage')) as { result: ScriptCoverage[] }
    for (const { url, functions } of result) {
      const called = functions.filter(({ ranges }) => ranges[0]!.count > 0)
      if (called.length === 0) continue
      names[url] = [...new Set([...(names[url] ?? []), ...called.map((one) => one.functionName)])]
    }
    for (const [url, at] of Object.entries(await takePasses(send)))
      passes[url] = Math.min(at, passes[url] ?? at)
  }
  const placeOf = (url: string): number => passes[url] ?? Number.MAX_SAFE_INTEGER
  return Object.fromEntries(Object.entries(names).toSorted(([a], [b]) => placeOf(a) - placeOf(b)))
}

async function takePasses(send: Send): Promise<FirstPasses> {
  const { result } = (await send('Runtime.evaluate', { expression: `${passesKey}.take()` })) as {
    result: { value: string }
  }
  return JSON.parse(result.value) as FirstPasses
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

runFromSources()
if (isMainThread) {
  session.connect()
  startCounting(sendToThisThread)
  session.on('NodeWorker.attachedToWorker', ({ params }) => {
    const send = sendToThread(params.sessionId)
    // Alerts look at what is committed, beside the way there.
    if (!params.workerInfo.url.includes('/alert-thread.')) {
      threads.push(send)
      startCounting(send)
    }
    void send('Runtime.runIfWaitingForDebugger')
  })
  void sendToThisThread('NodeWorker.enable', { waitForDebuggerOnStart: true })
  answerParent()
}
