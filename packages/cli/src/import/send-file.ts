import { createReadStream, type ReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { printableAddress } from '@clew/settings'
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
    const response = await post(desk, source, size, onProgress)
    return readAnswer(desk.url, response.statusCode ?? 0, await text(response))
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
      reject(new Error(`it cannot be read (${error.code ?? error.message})`))
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

function readAnswer(url: string, status: number, body: string): Sent {
  try {
    const answer = JSON.parse(body) as Exclude<Sent, { error: string }> & { error?: { message: string } }
    if (status === 200 && typeof answer.logs === 'number') return answer
    if (answer.error !== undefined) return { error: answer.error.message }
  } catch {
    // It is told below.
  }
  return { error: `${printableAddress(url)} answered ${status}; is it a desk?` }
}
