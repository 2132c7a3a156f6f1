import { expect, test } from 'vitest'
import type { Application } from '../discovery/application.ts'
import { examineApplication } from './examine.ts'

const nowhere: Application = {
  directory: '/nowhere',
  name: undefined,
  version: undefined,
  type: 'commonjs',
  dependencies: [],
  isCommand: false,
}

test('a folder without an application, on a Node.js that is too old', () => {
  // The runner's NODE_PATH decides on the copies of packages that come next.
  expect(examineApplication(nowhere, '22.14.1').slice(0, 3)).toEqual([
    {
      level: 'problem',
      topic: 'Node.js',
      text: '22.14.1 is too old',
      remedy: 'run it on Node.js 22.15.0 or newer',
    },
    {
      level: 'problem',
      topic: 'application',
      text: 'neither /nowhere nor a folder above it has a package.json',
      remedy: 'run it in the folder of the application, or name the folder: clew doctor <folder>',
    },
    {
      level: 'warning',
      topic: 'node:http',
      text: 'HTTP servers and fetch are not traced',
      remedy: 'npm install @clew/http',
    },
  ])
})

test.each(['22.15.0', '24.0.0', '26.1.2-nightly'])('Node.js %s is new enough', (version) => {
  expect(examineApplication(nowhere, version)[0]).toEqual({ level: 'ok', topic: 'Node.js', text: version })
})

const loggersOf = (dependencies: string[]) =>
  examineApplication({ ...nowhere, name: 'shop', dependencies }, '24.0.0').filter(({ text }) =>
    text.includes('no chain shows'),
  )
const remedy =
  'log by winston with @clew/winston or by pino with @clew/pino, install @clew/console, or write records by `logs` of @opentelemetry/api'

test.each([
  [
    ['log4js', 'bunyan'],
    ['log4js', 'bunyan'],
    'its lines are not joined: they have no ids, and no chain shows them',
  ],
  [['winston', 'bunyan'], ['bunyan'], 'its lines are not joined: they have no ids, and no chain shows them'],
  [
    [],
    ['logs'],
    'no logger that is joined: what console.log() and the like print has no ids, and no chain shows it',
  ],
  [['winston'], [], ''],
  [['pino'], [], ''],
])('an application that logs by %j is told of %j', (dependencies, topics, text) => {
  expect(loggersOf(dependencies)).toEqual(topics.map((topic) => ({ level: 'warning', topic, text, remedy })))
})

test.each([
  [
    ['fastify'],
    [
      {
        level: 'warning',
        topic: 'fastify',
        text: 'what its own logger writes is not joined: no ids, and in no chain',
        remedy: 'npm install @clew/pino',
      },
    ],
  ],
  [['express'], []],
])('an application with %j is told of the logger within', (dependencies, findings) => {
  const found = examineApplication({ ...nowhere, name: 'shop', dependencies }, '24.0.0')
  expect(found.filter(({ text }) => text.startsWith('what its own logger'))).toEqual(findings)
})
