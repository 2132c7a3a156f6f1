import { parentPort, workerData } from 'node:worker_threads'
import { createMcpAnswer, type McpAnswer } from '@clew/mcp'
import { offerDeskTools } from '../../tools/offer-tools.ts'
import type { FromMcp, ToMcp } from './thread.ts'

/** Of which version the desk is. */
export type McpSettings = { version: string }

type Asked = { resolve(answer: unknown): void; reject(error: Error): void }

const port = parentPort!
const { version } = workerData as McpSettings
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

/** By where the page is, as the caller knows it: a desk has few names. */
const answers = new Map<string, McpAnswer>()
const mostNames = 16

function answerFor(page: string): McpAnswer {
  if (answers.size > mostNames) answers.clear()
  const answer = answers.get(page) ?? createMcpAnswer(offerDeskTools({ page, ask }, version, report))
  answers.set(page, answer)
  return answer
}

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

async function reply({ id, page, headers, body }: Extract<ToMcp, { kind: 'call' }>): Promise<void> {
  const gone = new AbortController()
  running.set(id, gone)
  try {
    say({ kind: 'reply', id, ...(await answerFor(page)({ headers, body }, gone.signal)) })
  } catch (error) {
    report(error)
    say({ kind: 'reply', id, status: 503, type: '', body: '' })
  } finally {
    running.delete(id)
  }
}
