import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { locate, requireApplication } from './located.ts'
import { nextCommand, planAddition } from './plan.ts'

let root: string
beforeEach(() => {
  // Who started the tests is a package manager, too.
  vi.stubEnv('npm_config_user_agent', undefined)
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clew-located-')))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true })
})

function write(path: string, content: unknown = ''): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

function manager(folder = '.', asked?: 'bun'): unknown {
  const { name, because } = locate(join(root, folder), asked).manager
  return [name, because]
}

test.each([
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
])('%s is of %s', (file, name) => {
  write('package.json', { name: 'shop' })
  write(file)
  expect(manager()).toEqual([name, file])
  expect(manager('.', 'bun')).toEqual(['bun', 'asked for'])
})

test('packageManager goes before the lockfile, and a lockfile before that of the root', () => {
  write('package.json', { name: 'root', workspaces: ['apps/*'], packageManager: 'yarn@4.0.0' })
  write('package-lock.json')
  write('apps/shop/package.json', { name: 'shop' })
  expect(manager('apps/shop')).toEqual(['yarn', 'packageManager in package.json'])
  write('package.json', { name: 'root', workspaces: ['apps/*'] })
  expect(manager('apps/shop')).toEqual(['npm', 'package-lock.json'])
  write('apps/shop/pnpm-lock.yaml')
  expect(manager('apps/shop')).toEqual(['pnpm', 'pnpm-lock.yaml'])
})

test('a lockfile above says nothing to who is no member', () => {
  write('package.json', { name: 'root', workspaces: ['apps/*', '!apps/old'] })
  write('pnpm-lock.yaml')
  write('apps/old/package.json', { name: 'old' })
  write('elsewhere/package.json', { name: 'elsewhere' })
  expect([manager('apps/old'), manager('elsewhere')]).toEqual([
    ['npm', 'no lockfile says otherwise'],
    ['npm', 'no lockfile says otherwise'],
  ])
})

test('two lockfiles are told, with the remedy', () => {
  write('package.json', { name: 'shop' })
  write('package-lock.json')
  write('yarn.lock')
  expect(() => manager()).toThrow(
    `${root}: it has lockfiles of several package managers, package-lock.json and yarn.lock; delete those that are not used, or choose with --package-manager`,
  )
})

test.each<[string, unknown, string]>([
  ['pnpm', undefined, 'packages:\n  - apps/**\n'],
  ['npm', ['apps/*/*'], ''],
  ['yarn', { packages: ['./apps/**'] }, ''],
])('members of %s are found, and what they depend on among themselves is theirs', (_, workspaces, yaml) => {
  write('package.json', {
    name: 'root',
    ...(workspaces ? { workspaces } : {}),
    dependencies: { hono: '4' },
  })
  if (yaml) write('pnpm-workspace.yaml', yaml)
  write('apps/a/shop/package.json', {
    name: 'shop',
    dependencies: { express: '5', 'our-log': 'workspace:*' },
  })
  write('apps/a/log/package.json', { name: 'our-log', dependencies: { winston: '3', shop: 'workspace:*' } })
  const located = locate(join(root, 'apps/a/shop'), undefined)
  expect(located.workspace?.root).toBe(root)
  expect(located.dependencies).toEqual(['express', 'our-log', 'winston', 'shop', 'hono'])
})

test('of the root what members share is theirs, and what it has for development is not', () => {
  write('package.json', {
    name: 'root',
    workspaces: ['apps/*'],
    dependencies: { winston: '3' },
    optionalDependencies: { pg: '8' },
    devDependencies: { kafkajs: '2' },
  })
  write('apps/shop/package.json', {
    name: 'shop',
    dependencies: { koa: '3' },
    devDependencies: { hono: '4' },
  })
  const { dependencies } = locate(join(root, 'apps/shop'), undefined)
  expect(dependencies.toSorted()).toEqual(['hono', 'koa', 'pg', 'winston'])
})

test('the root of a workspace names the members that are applications', () => {
  write('package.json', { name: 'root', workspaces: ['apps/*'] })
  write('apps/shop/package.json', { name: 'shop', dependencies: { express: '5' } })
  write('apps/page/package.json', { name: 'page', dependencies: { react: '19' } })
  expect(() => requireApplication(locate(root, undefined))).toThrow(
    `${root}: it is the root of a workspace, and no application itself; name the folder of one of its members: apps/shop`,
  )
})

test('a root that is an application is told so to its package manager', () => {
  write('package.json', { name: 'root', scripts: { start: 'node .' }, dependencies: { koa: '3' } })
  write('pnpm-workspace.yaml', 'packages: [apps/*]')
  write('apps/a/package.json', { name: 'a' })
  const located = locate(root, undefined)
  requireApplication(located)
  expect(planAddition(located, false).words.slice(0, 2)).toEqual(['add', '--workspace-root'])
})

test.each<[string, unknown, string]>([
  ['no JSON', '{ "name": ', 'it is no JSON ('],
  ['a list', [], 'it holds a list; write an object, as npm init does'],
  ['null', 'null', 'it holds null; write an object'],
  ['a text', '"x"', 'it holds a string; write an object'],
  [
    'dependencies that are a list',
    { dependencies: ['express'] },
    'dependencies: it is a list; write an object',
  ],
  [
    'a version that is a number',
    { dependencies: { express: 5 } },
    'dependencies."express": "5" is no text; write it in quotes',
  ],
  ['scripts that are a text', { scripts: 'node .' }, 'scripts: it is a string; write an object'],
  ['a name that is a list', { name: ['a'] }, 'name: "[\\"a\\"]" is no text; write it in quotes'],
  ['a name of a prototype', '{"dependencies":{"__proto__":1}}', 'dependencies."__proto__": "1" is no text'],
  ['five megabytes', `{"a":"${'x'.repeat(5e6)}"}`, 'it has 5000008B; one of at most 4MiB is read'],
  ['no UTF-8', '\\', 'it is no JSON'],
])('a package.json of %s is told with place, value and remedy', (_, content, message) => {
  write('package.json', content)
  expect(() => locate(root, undefined)).toThrow(`${join(root, 'package.json')}: `)
  expect(() => locate(root, undefined)).toThrow(message)
})

test('a byte order mark is no fault, and bytes that are no UTF-8 are', () => {
  write('package.json', `\uFEFF${JSON.stringify({ name: 'shop' })}`)
  expect(locate(root, undefined).application.json.name).toBe('shop')
  writeFileSync(join(root, 'package.json'), Buffer.from([0x7b, 0xff, 0x7d]))
  expect(() => locate(root, undefined)).toThrow('it is no text in UTF-8; save it as UTF-8')
})

test('a folder without one says where the nearest is', () => {
  write('package.json', { name: 'shop' })
  mkdirSync(join(root, 'src'))
  expect(() => locate(join(root, 'src'), undefined)).toThrow(
    `${join(root, 'src')}: it has no package.json; go to the folder of the application, or name it behind the command; the nearest one above is ${join(root, 'package.json')}`,
  )
})

test('patterns of a workspace that reach too far are told, and go no further', () => {
  for (let at = 0; at < 40; at++)
    mkdirSync(join(root, `a${at}`, ...Array.from({ length: 12 }, () => 'b')), { recursive: true })
  write('package.json', { name: 'root', workspaces: ['**/**/**/**/**/**/x'] })
  expect(() => locate(root, undefined)).toThrow(/the workspace has more than 20000 folders; name its members/)
})

test.each(['shop', 'my shop', 'it\'s $(exit 1) `exit 1` "quoted" & more', 'größe'])(
  'the next command can be pasted for the folder %j',
  (folder) => {
    const main = `${folder}.js`
    write(`${folder}/package.json`, { name: 'shop', main })
    write(`${folder}/${main}`)
    const pasted = `npx() { printf '%s\\n' "$PWD" "$@"; }; ${nextCommand(locate(join(root, folder), undefined))}`
    const said = execFileSync('sh', ['-c', pasted], { encoding: 'utf8' })
    expect(said.trimEnd().split('\n')).toEqual([join(root, folder), 'clew', 'run', '--', 'node', main])
  },
)
