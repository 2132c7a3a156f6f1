import { expect, test } from 'vitest'
import { checkManifests, type Release, releases } from './manifests.ts'
import { checkSize } from './size-budgets.ts'

const [first] = releases() as [Release]
const checked = (change: Partial<Release>): string[] =>
  checkManifests([first, { ...first, ...change }]).map(({ message }) => message)

test('all packages have what a release wants', () => {
  expect(checkManifests()).toEqual([])
})

test('a package is published behind those of ours that it depends on', () => {
  const names = releases().map(({ name }) => name)
  const early = releases().flatMap(({ name, dependencies = {} }) =>
    Object.keys(dependencies).filter((one) => names.indexOf(one) > names.indexOf(name)),
  )
  expect([early, new Set(names).size]).toEqual([[], names.length])
})

test.each<[string, Partial<Release>, RegExp]>([
  ['another version', { version: '0.0.9' }, /^version is 0\.0\.9, and 0\.1\.0 elsewhere/],
  ['no provenance', { publishConfig: { access: 'public' } }, /^publishConfig\.provenance is not true/],
  ['no access', { publishConfig: { provenance: true } }, /^publishConfig\.access is not "public"/],
  ['the folder of another', { repository: { directory: 'packages/x' } }, /^repository\.directory is not "/],
  ['another licence', { license: 'MIT' }, /^license is not Apache-2\.0/],
  [
    'a fixed range',
    { dependencies: { '@clew/core': '^0.1.0' } },
    /^@clew\/core is wanted as \^0\.1\.0; write workspace:\^/,
  ],
])('%s is told with the remedy', (_, change, message) => {
  expect(checked(change)).toEqual([expect.stringMatching(message)])
})

test('a package that outgrew its budget, or has none, is told', () => {
  expect(checkSize('@clew/cron', 5_000)).toEqual([])
  expect(checkSize('@clew/cron', 50_000)).toEqual([
    expect.stringMatching(/^50\.0 kB packed, more than its budget of \d kB/),
  ])
  expect(checkSize('@clew/other', 1)).toEqual([expect.stringContaining('has no budget')])
})
