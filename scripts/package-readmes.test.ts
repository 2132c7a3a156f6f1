import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

type Manifest = { name: string }

const always = ['@clew/node', '@clew/core', '@opentelemetry/api']
/** What makes the span that these tell something of. */
const besideHttp = ['express', 'fastify', 'hono', 'koa', 'nest'].map((name) => `@clew/${name}`)

const folders = globSync('packages/{loggers,servers,queues,databases,exporters}/*/package.json')
  .map((path) => dirname(path))
  .toSorted()

test.each(folders)('the README of %s begins with what to install and how to start', (folder) => {
  const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  const [, use = ''] = /\n## Use\n\n(?:[^#`]+\n)?```sh\n([\s\S]*?)```/.exec(readme) ?? []
  const [install = '', start = ''] = use.split('\n')
  const words = install.split(' ')
  const needed = ['npm', 'install', ...always, ...(besideHttp.includes(name) ? ['@clew/http'] : [])]
  expect([
    words.slice(0, needed.length),
    words.includes(name),
    start.includes('--require @clew/node/register'),
  ]).toEqual([needed, true, true])
})

test.each(folders.filter((folder) => !folder.includes('/exporters/')))(
  'the README of %s has the sections of all others, in their order',
  (folder) => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    const expected = ['Use', 'What you get', 'Seam and versions']
    const sections = [...readme.matchAll(/^## (.*)$/gm)].map(([, title]) => title!)
    expect([sections[0], sections.filter((title) => expected.includes(title))]).toEqual(['Use', expected])
  },
)
