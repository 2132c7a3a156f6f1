import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { shortText } from '@clew/otlp/text'
import { accepts, sendFailure } from './reply.ts'

/** The smallest first. Brotli at 5 is as small as at 9, and ready at once. */
const codings = {
  br: (plain: Buffer) =>
    promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (plain: Buffer) => promisify(gzip)(plain, { level: 9 }),
} as const
type Coding = keyof typeof codings

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}
const compressed = ['.html', '.js', '.css', '.svg', '.json']

/** Paths that the page itself understands. */
const pagePath = /^\/(?:chains|logs|patterns|services|alerts|start|t\/[^/]+|compare\/[^/]+\/[^/]+)?$/

type WebFile = { path: string; type: string; isHashed: boolean; bodies?: Bodies }
type Bodies = { plain: Buffer; coded: readonly (readonly [Coding, Buffer])[] }

/** The files of the page. Answers GET and HEAD. */
export type WebFiles = {
  answer(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void>
}

export function isPagePath(pathname: string): boolean {
  return pagePath.test(pathname)
}

/**
 * Lists the files of `directory` once: what is not in the list cannot be asked for, whatever the path. Each is read
 * and compressed when it is first asked for, and kept.
 */
export async function openWebFiles(directory: string): Promise<WebFiles> {
  const files = new Map<string, WebFile>()
  for (const path of await listFiles(directory)) {
    const pathname = `/${relative(directory, path).split(sep).join('/')}`
    const type = types[extname(path)] ?? 'application/octet-stream'
    files.set(pathname, { path, type, isHashed: pathname.startsWith('/assets/') })
  }
  return {
    async answer(request, response, pathname) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return sendFailure(response, wrongMethod)
      const page = files.get('/index.html')
      const file = isPagePath(pathname) ? page : files.get(pathname)
      // The page itself tells a reader that there is nothing at an address.
      const sent = file ?? (request.headers.accept?.includes('text/html') ? page : undefined)
      if (sent === undefined) return sendFailure(response, notFound(pathname, files.size))
      sent.bodies ??= await readBodies(sent)
      sendFile(request, response, file === undefined ? 404 : 200, sent, sent.bodies)
    },
  }
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function readBodies({ path }: WebFile): Promise<Bodies> {
  const plain = await readFile(path)
  const names = compressed.includes(extname(path)) ? (Object.keys(codings) as Coding[]) : []
  const coded = await Promise.all(names.map(async (name) => [name, await codings[name](plain)] as const))
  return { plain, coded }
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  { type, isHashed }: WebFile,
  { plain, coded }: Bodies,
): void {
  const [coding, body] = coded.find(([name]) => accepts(request, name)) ?? [undefined, plain]
  response.writeHead(status, {
    'content-type': type,
    'content-length': body.length,
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(coding === undefined ? {} : { 'content-encoding': coding }),
  })
  response.end(body)
}

const wrongMethod = { status: 405, code: 'method', message: 'use GET', headers: { allow: 'GET, HEAD' } }

function notFound(pathname: string, known: number): { status: number; code: string; message: string } {
  const message =
    known === 0
      ? 'the page was not built; the API is at /api/openapi.json'
      : `nothing at ${shortText(pathname)}`
  return { status: 404, code: 'not-found', message }
}
