import type { IncomingMessage, ServerResponse } from 'node:http'
import { storeError } from '../../schema/store-error.ts'
import { sendFailure } from '../reply/reply.ts'

const maxBodyBytes = 64 * 1024
const wrongType = { status: 415, code: 'content-type', message: 'send application/json' }

/** An object of JSON, {} for what is none; undefined when it was refused, as no form of another page can send JSON. */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<object | undefined> {
  const text = await readJsonText(request, response)
  if (text === undefined) return undefined
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? body : {}
  } catch {
    return {}
  }
}

/** What should be JSON, as it came; undefined when it was refused. */
export async function readJsonText(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | undefined> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (type !== 'application/json') {
    sendFailure(response, wrongType)
    return undefined
  }
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > maxBodyBytes) throw storeError('too-large', `this may have ${maxBodyBytes} characters`)
  }
  return text
}
