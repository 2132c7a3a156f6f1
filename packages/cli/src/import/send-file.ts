import { once } from 'node:events'
import { createReadStream, type ReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { printableAddress } from '@clew/settings'
import { isCount, isListOf, isText, withFields } from '../desk-answer.ts'
import type { DeskAddress } from '../desk-client.ts'

/** What the desk says of a file; `error` is why it was refused, or ended before its end. */
export type Sent =
  | {
      format: string
      logs: number
      spans: number
      rejected: number
      problems: { line: number; message: string }[]
    }
  | { error: string }

/** Sends a file as it is, never more of it in memory than a piece. `onProgress` hears how much was sent, of how much. */
export async function sendFile(
  desk: DeskAddress,
  path: string,
  onProgress: (bytes: number, total: number | undefined) => void,
): Promise<Sent> {
  try {
    const size = path === '-' ? undefined : await sizeOf(path)
    const source = path === '-' ? process.stdin : createReadStream(path)
    await begun(source)
    const response = await post(desk, source, size, onProgress)
    return readAnswer(desk.url, response.statusCode ?? 0, await answerOf(response))
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** Of a pipe or a device nobody knows how much comes. */
async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path)
  return found.isFile() ? found.size : undefined
}

type Source = ReadStream | NodeJS.ReadStream

/** Whoever writes into a pipe may ask for a password first; the desk waits for no request that has begun and has nothing in it. */
async function begun(source: Source): Promise<void> {
  if (source.readableLength > 0 || source.readableEnded) return
  const waiting = new AbortController()
  const events = ['readable', 'end'].map((event) => once(source, event, waiting))
  try {
    await Promise.race(events)
  } catch (error) {
    throw unreadable(error as NodeJS.ErrnoException)
  } finally {
    waiting.abort()
    for (const event of events) event.catch(() => {})
  }
}

const unreadable = ({ code, message }: NodeJS.ErrnoException): Error =>
  new Error(`it cannot be read (${code ?? message})`)

function post(
  { url, authorization }: DeskAddress,
  source: Source,
  size: number | undefined,
  onProgress: (bytes: number, total: number | undefined) => void,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const request = send(`${url}/api/import`, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        ...(authorization === undefined ? {} : { authorization }),
      },
    })
    let sent = 0
    let answered = false
    source.on('data', (chunk: Buffer | string) => {
      sent += chunk.length
      onProgress(sent, size)
    })
    source.on('error', (error: NodeJS.ErrnoException) => {
      request.destroy()
      reject(unreadable(error))
    })
    request.on('response', (response) => {
      answered = true
      // A file that is refused is not sent to its end.
      source.unpipe(request)
      source.destroy()
      request.end()
      resolve(response)
    })
    // The desk has answered, and closes what it does not read.
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (!answered) reject(new Error(unreachable(url, error)))
    })
    source.pipe(request)
  })
}

function unreachable(url: string, { code, message }: NodeJS.ErrnoException): string {
  const where = printableAddress(url)
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return `no desk answers at ${where} (${code}); start one with: npx clew desk`
  return `the desk at ${where} ended the connection (${code ?? message}); what it had read is kept`
}

/** The desk says little. */
const mostOfAnswer = 1024 * 1024

/** "" when it has no end that a desk would come to. */
async function answerOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const bytes of response as AsyncIterable<Buffer>) {
      size += bytes.length
      if (size > mostOfAnswer) return ''
      parts.push(bytes)
    }
  } catch {
    return ''
  }
  return Buffer.concat(parts).toString()
}

const isKept = withFields({
  ...{ format: isText, logs: isCount, spans: isCount, rejected: isCount },
  problems: isListOf(withFields({ line: isCount, message: isText })),
})
const isRefused = withFields({ error: withFields({ message: isText }) })

function readAnswer(url: string, status: number, body: string): Sent {
  try {
    const answer: unknown = JSON.parse(body)
    if (status === 200 && isKept(answer)) return answer as Sent
    if (isRefused(answer)) return { error: (answer as { error: { message: string } }).error.message }
  } catch {
    // It is told below.
  }
  return { error: `${printableAddress(url)} answered ${status}; is it a desk?` }
}
