import { expect, test } from 'vitest'
import { type Arrows, checkPackageArrows, checkRoomArrows } from './check-arrows.ts'
import { houseOf, type Problem } from './house.ts'

const arrows: Arrows = {
  packageArrows: { floor: [], core: ['floor/leaf'], 'loggers/*': ['core'], app: ['core', 'floor'] },
  withoutOthers: ['core', 'floor'],
  packageRooms: { 'app/src': [['index.ts'], ['start-*'], ['wire/', 'spool/'], ['records/']] },
}

const manifests = Object.fromEntries(
  ['floor', 'core', 'loggers/winston', 'loggers/pino', 'app'].map((folder) => [
    `packages/${folder}/package.json`,
    JSON.stringify({ name: `@clew/${folder.split('/').at(-1)}` }),
  ]),
)

const places = (problems: Problem[]): string[] =>
  problems.map(({ path, line, message }) => `${path}:${line ?? ''} ${message.split(/[,;]/)[0]}`)

test.each<[string, Record<string, string>, string[]]>([
  [
    'along the arrows',
    {
      'packages/app/src/index.ts': "import { a } from '@clew/core'\nimport type { B } from '@clew/floor'",
      'packages/loggers/winston/src/index.ts': "export { a } from '@clew/core'",
      'packages/core/src/index.ts': "import { leaf } from '@clew/floor/leaf'\nimport 'node:fs'",
    },
    [],
  ],
  [
    'upwards, by an import',
    { 'packages/core/src/index.ts': "\nimport { a } from '@clew/app'" },
    ['packages/core/src/index.ts:2 packages/core imports app'],
  ],
  [
    'upwards, by a type',
    { 'packages/floor/src/a.ts': "import type { A } from '@clew/core'" },
    ['packages/floor/src/a.ts:1 packages/floor imports core'],
  ],
  [
    'upwards, by a type in an expression',
    { 'packages/floor/src/a.ts': "export type A = import('@clew/core').A" },
    ['packages/floor/src/a.ts:1 packages/floor imports core'],
  ],
  [
    'upwards, by an import() and by an export',
    { 'packages/floor/src/a.ts': "export * from '@clew/app'\nawait import('@clew/core')" },
    [
      'packages/floor/src/a.ts:1 packages/floor imports app',
      'packages/floor/src/a.ts:2 packages/floor imports core',
    ],
  ],
  [
    'to another entry point than the one allowed',
    { 'packages/core/src/index.ts': "import { a } from '@clew/floor'" },
    ['packages/core/src/index.ts:1 packages/core imports floor'],
  ],
  [
    'from one satellite to another',
    { 'packages/loggers/pino/src/index.ts': "import { a } from '@clew/winston'" },
    ['packages/loggers/pino/src/index.ts:1 packages/loggers/pino imports loggers/winston'],
  ],
  [
    'into the files of another package',
    { 'packages/app/src/index.ts': "import { a } from '../../core/src/index.ts'" },
    ['packages/app/src/index.ts:1 imports the file packages/core/src/index.ts of another package'],
  ],
  [
    'to its own package.json',
    {
      'packages/core/src/index.ts':
        "import { version } from '@clew/core/package.json'\nimport '../package.json'",
    },
    [],
  ],
  [
    'by package.json alone',
    {
      'packages/floor/package.json': JSON.stringify({
        name: '@clew/floor',
        peerDependencies: { '@clew/core': '*' },
        devDependencies: { '@clew/app': '*' },
      }),
    },
    ['packages/floor/package.json: packages/floor imports core'],
  ],
  [
    'to a package of others, as a type and at run time',
    { 'packages/core/src/index.ts': "import type { A } from 'api'\nimport { a } from 'api'" },
    ['packages/core/src/index.ts:2 packages/core imports api at run time'],
  ],
  [
    'of a package that the table does not know',
    { 'packages/new/package.json': '{ "name": "@clew/new" }' },
    ['packages/new: has no row in scripts/check/arrows.ts: say there which packages it may import'],
  ],
  ['of a test', { 'packages/floor/src/a.test.ts': "import { a } from '@clew/app'" }, []],
])('arrows between packages %s', (_name, files, expected) => {
  expect(places(checkPackageArrows(houseOf({ ...manifests, ...files }), arrows))).toEqual(expected)
})

test.each<[string, Record<string, string>, string[]]>([
  [
    'down',
    {
      'packages/app/src/index.ts': "export { a } from './start-app.ts'",
      'packages/app/src/start-app.ts': "import { a } from './records/a.ts'\nimport { b } from './wire/b.ts'",
      'packages/app/src/records/a.ts': "import { b } from './b.ts'",
    },
    [],
  ],
  [
    'up',
    { 'packages/app/src/records/a.ts': "import type { B } from '../wire/b.ts'" },
    ['packages/app/src/records/a.ts:1 records/ imports wire/b.ts'],
  ],
  [
    'to the room beside',
    { 'packages/app/src/wire/a.ts': "import { b } from '../spool/b.ts'" },
    ['packages/app/src/wire/a.ts:1 wire/ imports spool/b.ts'],
  ],
  [
    'of a file without a room',
    { 'packages/app/src/loose.ts': '' },
    ['packages/app/src/loose.ts: stands in no room of packages/app/src/'],
  ],
])('arrows between rooms %s', (_name, files, expected) => {
  expect(places(checkRoomArrows(houseOf({ ...manifests, ...files }), arrows))).toEqual(expected)
})

test('a message says which arrow, what is allowed and what to do', () => {
  const files = { 'packages/core/src/index.ts': "import { a } from '@clew/app'" }
  expect(checkPackageArrows(houseOf({ ...manifests, ...files }), arrows)).toEqual([
    {
      path: 'packages/core/src/index.ts',
      line: 1,
      message:
        'packages/core imports app, and may import only floor/leaf; hand it in as a parameter, or move what both need to a package below (scripts/check/arrows.ts)',
    },
  ])
})
