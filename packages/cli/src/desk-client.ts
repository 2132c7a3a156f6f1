import { unescape as decodePercents } from 'node:querystring'
import { type Given, given, parseHttpAddress, printableAddress } from '@clew/settings'
import { away, type Check, isText, readBytes, readJson, withFields } from './desk-answer.ts'

/** Where a running desk is asked, and the header by which it lets us. */
export type DeskAddress = { url: string; authorization: string | undefined }

/** What the commands share to find the desk. */
export const addressOptions = {
  desk: { type: 'string' },
  token: { type: 'string' },
} as const

export const addressUsage = `  --desk URL     the desk to ask (CLEW_DESK_URL; default http://localhost:4318)
  --token TOKEN  its token to read, when it has one (CLEW_DESK_TOKEN)`

type AddressValues = { desk?: string | undefined; token?: string | undefined }

/** The address of the desk, to be read together with the other options of a command. */
export function givenDesk({ desk, token }: AddressValues): Given<DeskAddress> {
  const place = desk === undefined ? 'CLEW_DESK_URL' : '--desk'
  const text = (desk ?? process.env.CLEW_DESK_URL) || 'http://localhost:4318'
  return given(
    place,
    (raw) => {
      const { value, faults } = parseHttpAddress(raw)
      if (value === undefined) return { value, faults }
      const url = `${value.origin}${value.pathname.replace(/\/+$/, '')}`
      const bearer = token ?? process.env.CLEW_DESK_TOKEN
      const authorization = bearer === undefined ? basicOf(value) : `Bearer ${bearer}`
      return { value: { url, authorization }, faults }
    },
    text,
  )
}

/** Of a proxy before the desk; fetch takes no address with a user in it, and prints it. */
function basicOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const pair = `${decodePercents(username)}:${decodePercents(password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** `body`: what is sent as JSON. */
type Asked = Pick<RequestInit, 'method' | 'signal'> & { body?: object }

/** Asks the API of the desk. Throws with the reason in one line; {@link isAway} tells whether to ask again. */
export async function askDesk(
  { url, authorization }: DeskAddress,
  path: string,
  { body, ...init }: Asked = {},
): Promise<Response> {
  const headers = {
    ...(authorization !== undefined && { authorization }),
    ...(body && { 'content-type': 'application/json' }),
  }
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new Error(`${silentMs / 1000} s without a word`)), silentMs)
  let response: Response
  try {
    const signal = init.signal ? AbortSignal.any([init.signal, silence.signal]) : silence.signal
    response = await fetch(url + path, {
      ...init,
      signal,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } }
    const reason = cause?.code ?? cause?.message ?? (error as Error).message
    throw away(`no desk answers at ${printableAddress(url)} (${reason}); start one with: npx clew desk`)
  } finally {
    clearTimeout(timer)
  }
  if (response.ok) return response
  const problem = await problemOf(response, url)
  throw passing.has(response.status) ? away(problem) : new Error(problem)
}

/** A query ends after five seconds; a desk that is stopped takes the connection and says nothing. */
const silentMs = 60_000

/** Asks for JSON. Throws as {@link askDesk}, and where the answer is not `so`. */
export async function askJson<T>(desk: DeskAddress, path: string, isSo: Check, init: Asked = {}): Promise<T> {
  return readJson<T>(await askDesk(desk, path, init), desk.url, isSo)
}

/** Of a desk that has too much to do, and of a proxy before one that is away. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Whether the desk may answer later. */
export function isAway(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === 'away') || error.name === 'TimeoutError'
}

/** The desk tells whoever has a browser; here is none. */
const remedyOfToken = ': set CLEW_DESK_TOKEN, or --token, to the token to read that the desk was started with'

const hasProblem = withFields({ error: withFields({ message: isText }) })
/** More is no message. */
const mostOfProblem = 65_536

async function problemOf(response: Response, url: string): Promise<string> {
  try {
    const bytes = await readBytes(response, url, mostOfProblem)
    const answer: unknown = JSON.parse(bytes.toString())
    if (hasProblem(answer)) {
      const { message } = (answer as { error: { message: string } }).error
      return response.status === 401 ? message.replace(/: .*/s, remedyOfToken) : message
    }
  } catch {
    // It is told below.
  }
  return `${printableAddress(url)} answered ${response.status}; is it a desk?`
}
