import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress, gzip } from 'node:zlib'
import { shortText } from '@clew/otlp/text'
import { accepts, sendFailure } from './reply.ts'

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
/** What the build leaves of a file that packs well: `packages/desk/vite.config.ts`. */
const packedEnding = '.br'

/** Paths that the page itself understands. */
const pagePath = /^\/(?:chains|logs|patterns|services|alerts|start|t\/[^/]+|compare\/[^/]+\/[^/]+)?$/

type WebFile = { path: string; type: string; isHashed: boolean; bodies?: Bodies }
/** The smallest first. */
type Bodies = readonly (readonly [coding: 'br' | 'gzip' | undefined, body: Buffer])[]

/** The files of the page. Answers GET and HEAD. */
export type WebFiles = {
  answer(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void>
}

export function isPagePath(pathname: string): boolean {
  return pagePath.test(pathname)
}

/**
 * Lists the files of `directory` once: what is not in the list cannot be asked for, whatever the path. Each is read
 * when it is first asked for, and kept.
 */
export async function openWebFiles(directory: string): Promise<WebFiles> {
  const files = new Map<string, WebFile>()
  for (const path of await listFiles(directory)) {
    const name = path.endsWith(packedEnding) ? path.slice(0, -packedEnding.length) : path
    const pathname = `/${relative(directory, name).split(sep).join('/')}`
    const type = types[extname(name)] ?? 'application/octet-stream'
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
  const file = await readFile(path)
  if (!path.endsWith(packedEnding)) return [[undefined, file]]
  const plain = await promisify(brotliDecompress)(file)
  const zipped = await promisify(gzip)(plain, { level: 9 })
  return [
    ['br', file],
    ['gzip', zipped],
    [undefined, plain],
  ]
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  { type, isHashed }: WebFile,
  bodies: Bodies,
): void {
  const [coding, body] = bodies.find(([name]) => name === undefined || accepts(request, name))!
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
