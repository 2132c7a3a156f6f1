import { expect, test } from 'vitest'
import { checkDocs } from './check-docs.ts'
import { houseOf } from './house.ts'

const manifests = {
  'packages/app/package.json': JSON.stringify({
    name: '@clew/app',
    exports: {
      '.': { types: './dist/index.d.ts', default: './bundle/index.js' },
      './package.json': './package.json',
    },
  }),
  'packages/floor/package.json': JSON.stringify({ name: '@clew/floor', exports: {} }),
}
const missing = (path: string, line: number, name: string): string => `${path}:${line}: ${name} has none`
const repeated = (path: string, line: number, name: string): string =>
  `${path}:${line}: ${name} repeats its name`

test.each<[string, Record<string, string>, string[]]>([
  ['that says more than the name', { 'index.ts': '/** Bytes to text. */\nexport function decode() {}' }, []],
  [
    'with a comment below it',
    { 'index.ts': '/** Bytes to text. */\n// As utf8.\nexport const decode = 1' },
    [],
  ],
  ['that is missing', { 'index.ts': '\nexport function decode() {}' }, [missing('index.ts', 2, 'decode')]],
  [
    'that is a comment',
    { 'index.ts': '// Bytes to text.\nexport const a = 1' },
    [missing('index.ts', 2, 'a')],
  ],
  [
    'that stands above something else',
    { 'index.ts': '/** Bytes to text. */\nconst b = 1\nexport type A = 1' },
    [missing('index.ts', 3, 'A')],
  ],
  [
    'that repeats the name',
    { 'index.ts': '/** The options of a receiver. */\nexport type ReceiverOptions = {}' },
    [repeated('index.ts', 2, 'ReceiverOptions')],
  ],
  [
    'of names of other files, under other names',
    {
      'index.ts':
        "export { b as a } from './b.ts'\nexport * from './c.ts'\nexport { d }\nimport { d } from './d.ts'",
      'b.ts': 'export const b = 1',
      'c.ts': '/** A thing that is told. */\nexport const told = 1\nexport interface C {}',
      'd.ts': 'class d {}\nexport { d }',
    },
    [missing('b.ts', 1, 'a'), missing('c.ts', 3, 'C'), missing('d.ts', 1, 'd')],
  ],
  [
    'of names of another package',
    {
      'index.ts': "export { leaf } from '@clew/floor/leaf'\nexport { a } from 'api'",
      '../../floor/src/leaf.ts': 'export const leaf = 1',
    },
    [missing('../../floor/src/leaf.ts', 1, 'leaf')],
  ],
  [
    'of a value and a type of one name: one is enough',
    { 'index.ts': '/** Kinds, as numbers. */\nexport const Kind = {}\nexport type Kind = 1' },
    [],
  ],
  ['of a name that is not public', { 'index.ts': '', 'b.ts': 'export const b = 1' }, []],
])('a docstring %s', (_name, files, expected) => {
  const paths = Object.entries(files).map(([path, text]) => [
    `packages/app/src/${path}`.replace('app/src/../../', ''),
    text,
  ])
  const { problems } = checkDocs(houseOf({ ...manifests, ...Object.fromEntries(paths) }))
  const lines = problems.map(({ path, line, message }) => {
    const file = path.replace('packages/app/src/', '').replace('packages/floor', '../../floor')
    const name = message.match(/^(?:the docstring of )?(\w+)/)?.[1] ?? ''
    return message.includes('no docstring') ? missing(file, line!, name) : repeated(file, line!, name)
  })
  expect(lines).toEqual(expected)
})
