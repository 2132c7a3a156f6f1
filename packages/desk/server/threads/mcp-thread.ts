import { parentPort, workerData } from 'node:worker_threads'
import { createMcpAnswer } from '@clew/mcp'
import { offerDeskTools } from '../../tools/offer-tools.ts'
import type { FromMcp, ToMcp } from './thread.ts'

/** Where the page is, and of which version the desk. */
export type McpSettings = { url: string; version: string }

type Asked = { resolve(answer: unknown): void; reject(error: Error): void }

const port = parentPort!
const { url, version } = workerData as McpSettings
const say = (message: FromMcp): void => port.postMessage(message)
const report = (error: unknown): void =>
  say({ kind: 'problem', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })

const asked = new Map<number, Asked>()
const running = new Map<number, AbortController>()
let nextId = 1

function ask(path: string, signal: AbortSignal): Promise<unknown> {
  const id = nextId++
  return new Promise((resolve, reject) => {
    asked.set(id, { resolve, reject })
    const forget = (): void => {
      if (asked.delete(id)) say({ kind: 'forget', id })
      reject(new Error('nobody waits for the answer any more'))
    }
    if (signal.aborted) forget()
    else {
      signal.addEventListener('abort', forget, { once: true })
      say({ kind: 'ask', id, path })
    }
  })
}

const answer = createMcpAnswer(offerDeskTools({ page: url, ask }, version, report))

port.on('message', async (message: ToMcp) => {
  if (message.kind === 'cancel') running.get(message.id)?.abort()
  else if (message.kind === 'call') await reply(message)
  else {
    const { id, json, message: problem } = message
    const waiting = asked.get(id)
    asked.delete(id)
    if (json === undefined) waiting?.reject(new Error(problem))
    else waiting?.resolve(JSON.parse(Buffer.from(json).toString()))
  }
})

async function reply({ id, headers, body }: Extract<ToMcp, { kind: 'call' }>): Promise<void> {
  const gone = new AbortController()
  running.set(id, gone)
  try {
    say({ kind: 'reply', id, ...(await answer({ headers, body }, gone.signal)) })
  } catch (error) {
    report(error)
    say({ kind: 'reply', id, status: 503, type: '', body: '' })
  } finally {
    running.delete(id)
  }
}
