import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningDesk, send, startDesk } from './running-desk.ts'

const page = '<!doctype html><title>desk</title>'
const script = 'const a = 1\n'.repeat(200)

let root: string
let desk: RunningDesk

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clew-page-'))
  await mkdir(join(root, 'web/assets'), { recursive: true })
  await writeFile(join(root, 'web/index.html.br'), brotliCompressSync(page))
  await writeFile(join(root, 'web/assets/main-3f2a.js.br'), brotliCompressSync(script))
  await writeFile(join(root, 'web/assets/face-3f2a.woff2'), 'glyphs')
  await writeFile(join(root, 'secret.txt'), 'secret')
  desk = await startDesk({ webDirectory: join(root, 'web') })
})
afterAll(async () => {
  await desk.close()
  await rm(root, { recursive: true })
})

test('every address of the page is the page', async () => {
  const paths = ['/', '/chains', `/t/${'ab'.repeat(16)}`, '/logs?q=x', '/patterns', '/services', '/start']
  const replies = await Promise.all(paths.map((path) => send(desk.url, path)))
  expect(
    replies.map(({ status, body, headers }) => [
      status,
      body,
      headers['content-type'],
      headers['cache-control'],
    ]),
  ).toEqual(paths.map(() => [200, page, 'text/html; charset=utf-8', 'no-cache']))
})

test('files with a hash in their name are kept for good, and compressed for those who take it', async () => {
  const ask = (coding: string, name = 'main-3f2a.js') =>
    send(desk.url, `/assets/${name}`, { headers: { 'accept-encoding': coding } })
  const packed = await ask('gzip, deflate, br')
  const zipped = await ask('gzip')
  const plain = await ask('identity')
  const codings = [packed, zipped, plain].map(({ headers }) => headers['content-encoding'])
  expect(codings).toEqual(['br', 'gzip', undefined])
  const texts = [brotliDecompressSync(packed.bytes), gunzipSync(zipped.bytes), plain.bytes].map(String)
  expect(texts).toEqual([script, script, script])
  expect((await ask('br', 'face-3f2a.woff2')).body).toBe('glyphs')
  expect([plain.headers['cache-control'], plain.headers['content-type']]).toEqual([
    'public, max-age=31536000, immutable',
    'text/javascript; charset=utf-8',
  ])
})

test('nothing beside the page can be read', async () => {
  const paths = [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/..\\..\\secret.txt',
    `//${root}/secret.txt`,
    '/assets',
    '/index.html.br',
    '/web/index.html',
    '/t/a/b',
    '/index.html%00.js',
  ]
  const replies = await Promise.all(paths.map((path) => send(desk.url, path)))
  expect(replies.map(({ status, body }) => [status, body.includes('secret"') || body === 'secret'])).toEqual(
    paths.map(() => [404, false]),
  )
  expect((await send(desk.url, '/', { method: 'POST', body: 'x' })).status).toBe(405)
})
