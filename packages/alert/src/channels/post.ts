import { parseRetryAfter } from './answers.ts'
import type { Answer, Request } from './channel.ts'

/** Sends one request over HTTP and gives the answer. Never rejects: what goes wrong is an answer with status 0. */
export type Post = (request: Request) => Promise<Answer>

const maxAnswerBytes = 16_384

/**
 * Node's own fetch. No redirect is followed, since the address is a secret of its host; an answer is read up to 16 KiB.
 * `now` dates a Retry-After.
 */
export function createPost({ timeoutMs = 5_000, now }: { timeoutMs?: number; now(): number }): Post {
  return async (request) => {
    if (!('url' in request)) return { status: 0, body: 'no request of HTTP' }
    try {
      const response = await fetch(request.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', ...request.headers },
        body: request.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      })
      const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), now())
      return { status: response.status, body: await readBeginning(response), retryAfterMs }
    } catch (error) {
      return { status: 0, body: whyNoAnswer(error, timeoutMs) }
    }
  }
}

async function readBeginning({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= maxAnswerBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString()
}

/** Of fetch's errors only the code: their text can have the address. */
function whyNoAnswer(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return code === '' ? 'it could not be sent' : `it could not be sent: ${code}`
}
