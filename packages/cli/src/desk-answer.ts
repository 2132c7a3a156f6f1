import { formatSize, printableAddress } from '@clew/settings'

/** Whether a part of an answer is what it has to be; the program at the address may be anything. */
export type Check = (value: unknown) => boolean

export const isText: Check = (value) => typeof value === 'string'
export const isCount: Check = (value) => typeof value === 'number'
export const isFlag: Check = (value) => typeof value === 'boolean'
export const isAny: Check = (value) => value !== undefined
export const isFields: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

export const isListOf =
  (one: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(one)

export const orNone =
  (one: Check): Check =>
  (value) =>
    value === null || value === undefined || one(value)

/** An object with at least these. */
export const withFields =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isFields(value) && Object.entries(fields).every(([name, check]) => check((value as Fields)[name]))

type Fields = Record<string, unknown>

/** What JavaScript can hold as one text; the largest page of lines has a fifth of it. */
const maxBytes = 512 * 1024 * 1024

/** What is asked of whoever gave another address. */
const whetherDesk = 'is it a desk?'

/** The JSON of an answer. Throws, with the address and a `question`, where it is no JSON or not `so`. */
export async function readJson<T>(
  response: Response,
  url: string,
  isSo: Check,
  question: string = whetherDesk,
): Promise<T> {
  const bytes = await readBytes(response, url)
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch {
    throw notOurs(response, url, { question })
  }
  if (!isSo(value)) throw notOurs(response, url, { question })
  return value as T
}

/** An answer as it comes. Throws, with the address, where it is of another type, or breaks off. */
export async function* readBody(response: Response, url: string, type: string): AsyncGenerator<Uint8Array> {
  if (!(response.headers.get('content-type') ?? '').startsWith(type)) throw notOurs(response, url)
  yield* piecesOf(response, url)
}

async function* piecesOf(response: Response, url: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of response.body ?? []) yield bytes
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw error
    throw brokenOff(url)
  }
}

/** All of an answer, of at most `most` bytes. */
export async function readBytes(response: Response, url: string, most: number = maxBytes): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const bytes of piecesOf(response, url)) {
    size += bytes.length
    if (size > most) throw notOurs(response, url, { found: `more than ${formatSize(most)}` })
    parts.push(bytes)
  }
  return Buffer.concat(parts)
}

type AwayError = Error & { code: 'away' }

/** An error of a desk that may answer later. */
export const away = (message: string): AwayError =>
  Object.assign(new Error(message), { code: 'away' as const })

const brokenOff = (url: string): AwayError =>
  away(`the desk at ${printableAddress(url)} ended the connection in the middle of its answer; ask again`)

type Remark = { found?: string; question?: string }

function notOurs(response: Response, url: string, { found, question = whetherDesk }: Remark = {}): Error {
  const type = response.headers.get('content-type')?.split(';', 1)[0] ?? ''
  const what = found ?? (type.includes('json') ? 'JSON of another kind' : type || 'nothing')
  return new Error(`${printableAddress(url)} answered ${response.status} with ${what}; ${question}`)
}
