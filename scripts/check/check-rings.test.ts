import { expect, test } from 'vitest'
import { checkRings } from './check-rings.ts'
import { houseOf } from './house.ts'

const importing = (...specifiers: string[]): string =>
  specifiers.map((one) => `import type { X } from '${one}'`).join('\n')

test.each<[string, Record<string, string>, string[]]>([
  [
    'none, where all arrows run one way',
    {
      'src/index.ts': importing('./wire/a.ts', './report.ts'),
      'src/wire/a.ts': importing('../records/a.ts', '../report.ts'),
      'src/records/a.ts': importing('./b.ts', '../report.ts'),
      'src/records/b.ts': '',
      'src/report.ts': '',
    },
    [],
  ],
  [
    'of two files that know one another by types',
    { 'src/a.ts': importing('./b.ts'), 'src/b.ts': importing('./a.ts') },
    ['src/a.ts:1: a ring of files: src/a.ts → src/b.ts → src/a.ts; cut src/a.ts → src/b.ts (imports: 1)'],
  ],
  [
    'of two folders without a ring of files, to be cut where the fewest imports are',
    {
      'src/wire/a.ts': importing('../records/a.ts', '../records/b.ts'),
      'src/wire/b.ts': '',
      'src/records/a.ts': '',
      'src/records/b.ts': `\n${importing('../wire/b.ts')}`,
    },
    [
      'src/records/b.ts:2: a ring of folders: src/records/ → src/wire/ → src/records/; cut src/records/ → src/wire/ (imports: 1)',
    ],
  ],
  [
    'of a folder and a room in it',
    {
      'src/http/a.ts': importing('./live/a.ts'),
      'src/http/b.ts': '',
      'src/http/live/a.ts': importing('../b.ts'),
    },
    [
      'src/http/a.ts:1: a ring of folders: src/http/ → src/http/live/ → src/http/; cut src/http/ → src/http/live/ (imports: 1)',
    ],
  ],
  [
    'of a folder and a file beside it',
    {
      'src/state.ts': importing('./seams/a.ts'),
      'src/seams/a.ts': '',
      'src/seams/b.ts': importing('../state.ts'),
    },
    [
      'src/seams/b.ts:1: a ring of folders: src/seams/ → src/state.ts → src/seams/; cut src/seams/ → src/state.ts (imports: 1)',
    ],
  ],
])('rings: %s', (_name, files, expected) => {
  const inPackage = Object.entries(files).map(([path, text]) => [`packages/app/${path}`, text])
  const house = houseOf({ 'packages/app/package.json': '{}', ...Object.fromEntries(inPackage) })
  const lines = checkRings(house).map(({ path, line, message }) => `${path}:${line}: ${message}`)
  expect(lines.map((line) => line.replaceAll('packages/app/', '').replace(/ by moving .*/, ''))).toEqual(
    expected,
  )
})
