import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type LocalRegistry, startLocalRegistry } from '../../../scripts/local-registry.ts'
import { killAll, runClew, runWithoutPrivilege } from './clew-process.ts'

let registry: LocalRegistry
let cache: string
let root: string
beforeAll(async () => {
  registry = await startLocalRegistry()
  cache = mkdtempSync(join(tmpdir(), 'clew-add-cache-'))
})
afterAll(async () => {
  killAll()
  await registry.stop()
  rmSync(cache, { recursive: true, force: true })
})
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clew-add-')))
})
afterEach(() => rmSync(root, { recursive: true }))

const shop = {
  name: 'shop',
  version: '1.0.0',
  private: true,
  scripts: { start: 'node app.js' },
}
const manifest = (): string => readFileSync(join(root, 'package.json'), 'utf8')
const write = (name: string, content: unknown): void =>
  writeFileSync(
    join(root, name),
    typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
  )

/** By the registry that has the packages of this repository. */
const clewHere = (words: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runClew(
    words,
    { npm_config_registry: registry.url, npm_config_cache: cache, npm_config_user_agent: '', ...env },
    '',
    { cwd: root },
  )

test('add installs what is needed and writes the start script; remove leaves the package.json as it was, to the byte', async () => {
  write('package.json', { ...shop, dependencies: { ms: '^2.0.0' } })
  const before = manifest()
  const added = await clewHere(['add', '--write', '--json'])
  expect(added.code).toBe(0)
  const said = JSON.parse(added.stdout)
  expect(said).toMatchObject({
    application: { name: 'shop', directory: root },
    packageManager: { name: 'npm', because: 'no lockfile says otherwise' },
    scripts: [{ name: 'start', from: 'node app.js', to: 'node --require @clew/node/register app.js' }],
    next: 'npx clew run -- npm start',
    dryRun: false,
  })
  const names = ['@clew/node', '@clew/core', '@opentelemetry/api', '@clew/http', '@clew/console']
  expect(said.packages.map(({ name }: { name: string }) => name)).toEqual(names)
  const { dependencies, scripts, clew } = JSON.parse(manifest())
  expect(Object.keys(dependencies)).toEqual([...names.toSorted(), 'ms'])
  expect([scripts.start, clew]).toEqual([
    'node --require @clew/node/register app.js',
    { added: ['@opentelemetry/api'] },
  ])
  expect(readdirSync(join(root, 'node_modules/@clew')).toSorted()).toContain('node')
  const again = await clewHere(['add'])
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('\nnothing to install\n')])
  const removed = await clewHere(['remove'])
  expect(removed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^removed 5 packages: .*\nchanged script start: /),
  })
  expect(manifest()).toBe(before)
  expect(await clewHere(['remove'])).toEqual({
    code: 0,
    stdout: `${join(root, 'package.json')} has nothing of Clew\n`,
    stderr: '',
  })
})

test("an application with bun's lockfile is installed by bun, and left by it", async () => {
  mkdirSync(join(root, 'bin'))
  write('bin/bun', '#!/bin/sh\nexec npx -y bun@1 "$@"\n')
  chmodSync(join(root, 'bin/bun'), 0o755)
  write('package.json', { ...shop, dependencies: { ms: '^2.0.0' } })
  write('bun.lock', '{ "lockfileVersion": 1, "workspaces": { "": { "name": "shop" } }, "packages": {} }\n')
  const before = JSON.parse(manifest())
  const env = { PATH: `${join(root, 'bin')}:${process.env.PATH}`, BUN_CONFIG_REGISTRY: registry.url }
  const added = await clewHere(['add', '--json'], env)
  expect([added.code, JSON.parse(added.stdout)]).toMatchObject([
    0,
    { packageManager: { name: 'bun', because: 'bun.lock' }, next: 'npx clew run -- bun run start' },
  ])
  expect(readdirSync(join(root, 'node_modules/@clew'))).toContain('node')
  expect(await clewHere(['remove'], env)).toMatchObject({ code: 0 })
  expect(JSON.parse(manifest())).toEqual(before)
})

test('what was there before stays when Clew goes: @opentelemetry/api, and the form of the file', async () => {
  const text = `{\r\n\t"name": "shop",\r\n\t"dependencies": {\r\n\t\t"@clew/http": "^0.1.0",\r\n\t\t"@opentelemetry/api": "^1.9.0"\r\n\t},\r\n\t"scripts": {\r\n\t\t"start": "node -r @clew/node/register ."\r\n\t}\r\n}`
  write('package.json', text)
  const { code } = await clewHere(['remove'])
  const { dependencies, scripts } = JSON.parse(manifest())
  expect([code, dependencies, scripts]).toEqual([0, { '@opentelemetry/api': '^1.9.0' }, { start: 'node .' }])
  expect(manifest()).toContain('\n\t"name"')
})

test('--dry-run says what would be done, and touches nothing', async () => {
  write('package.json', { ...shop, dependencies: { express: '5.1.0', winston: '3.19.0' } })
  const before = manifest()
  const { code, stdout, stderr } = await clewHere(['add', '--dry-run', '--write'])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('  @clew/express       express: the route on the server span\n')
  expect(stdout).toContain('would run: npm install --no-audit --no-fund @clew/node@^')
  expect(stdout).toContain(
    'would change script start: node app.js → node --require @clew/node/register app.js\n',
  )
  expect(stdout.endsWith('See the first chain:\n\n  npx clew run -- npm start\n')).toBe(true)
  expect([readdirSync(root), manifest()]).toEqual([['package.json'], before])
})

test('a registry that is away, a package manager that is missing: the reason, and everything as before', async () => {
  write('package.json', shop)
  const away = await clewHere(['add'], {
    npm_config_registry: 'http://127.0.0.1:2',
    npm_config_fetch_retries: '0',
  })
  expect([away.code, away.stderr.split('\n').find((line) => line.startsWith('clew add: '))]).toEqual([
    1,
    expect.stringMatching(
      /^clew add: npm install .*: it ended with code \d+; what it says above is the reason; mend it, and try again$/,
    ),
  ])
  const missing = await clewHere(['add', '--package-manager', 'bun'], { PATH: root })
  expect([missing.code, missing.stderr]).toEqual([
    1,
    'clew add: bun: there is no such command (asked for); install bun, or choose another with --package-manager\n',
  ])
  expect([readdirSync(root), manifest()]).toEqual([['package.json'], `${JSON.stringify(shop, null, 2)}\n`])
})

test('what a package manager changed before it failed is put back, and what it made is taken away', async () => {
  write('package.json', shop)
  write('pnpm-lock.yaml', 'lockfileVersion: 9\n')
  const half = `#!/bin/sh\necho '{' > package.json\necho broken > pnpm-lock.yaml\necho x > pnpm-workspace.yaml\nexit 3\n`
  mkdirSync(join(root, 'bin'))
  write('bin/pnpm', half)
  chmodSync(join(root, 'bin/pnpm'), 0o755)
  const { code, stdout, stderr } = await clewHere(['add', '--json'], {
    PATH: `${join(root, 'bin')}:${process.env.PATH}`,
  })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(
    /^clew add: pnpm add .*: it ended with code 3; .*\nclew add: \S+package\.json, \S+pnpm-lock\.yaml, \S+pnpm-workspace\.yaml: as before\n$/,
  )
  expect([
    readdirSync(root).toSorted(),
    manifest(),
    readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'),
  ]).toEqual([
    ['bin', 'package.json', 'pnpm-lock.yaml'],
    `${JSON.stringify(shop, null, 2)}\n`,
    'lockfileVersion: 9\n',
  ])
})

test('a package manager that a signal ends takes clew with it, and everything is as before', async () => {
  write('package.json', shop)
  mkdirSync(join(root, 'bin'))
  write('bin/npm', '#!/bin/sh\necho half > package.json\nkill -TERM $$\n')
  chmodSync(join(root, 'bin/npm'), 0o755)
  const { code } = await clewHere(['add'], { PATH: `${join(root, 'bin')}:${process.env.PATH}` })
  expect([code, manifest()]).toEqual([null, `${JSON.stringify(shop, null, 2)}\n`])
})

test.each([
  ['0000', '0755', 'it cannot be read (EACCES); give yourself the right to read it'],
  ['0444', '0755', 'it cannot be written (EACCES); give yourself the right to write there'],
  ['0644', '0555', 'the folder cannot be written (EACCES); give yourself the right to write there'],
])(
  'a package.json of mode %s in a folder of mode %s is told before anything runs',
  async (file, directory, message) => {
    write('package.json', shop)
    chmodSync(join(root, 'package.json'), Number.parseInt(file, 8))
    chmodSync(root, Number.parseInt(directory, 8))
    const { code, stderr } = await runWithoutPrivilege(['add'], { npm_config_user_agent: '' }, { cwd: root })
    chmodSync(root, 0o755)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^clew add: /)])
    expect(stderr).toContain(message)
  },
)

test('hostile contents end in a line each, and change nothing', async () => {
  for (const content of [
    '',
    '{',
    '[]',
    'null',
    '42',
    '{"dependencies":[]}',
    '{"scripts":{"start":1}}',
    '{"name":{}}',
    '\u0000',
  ]) {
    write('package.json', content)
    for (const command of ['add', 'remove']) {
      const { code, stdout, stderr } = await clewHere([command])
      expect([content, code, stdout, stderr]).toEqual([
        content,
        1,
        '',
        expect.stringMatching(/^clew \w+: \S+package\.json: [^\n]+; [^\n]+\n$/),
      ])
    }
    expect([manifest(), readdirSync(root)]).toEqual([content, ['package.json']])
  }
})
