import { expect, test } from 'vitest'
import { packagesNeeded } from './joined-libraries.ts'

const namesOf = (dependencies: string[]): string[] => packagesNeeded(dependencies).map(({ name }) => name)

const always = ['@clew/node', '@clew/core', '@opentelemetry/api', '@clew/http']

test('an application needs what all need, a package for each library, and the console without a logger', () => {
  expect(namesOf([])).toEqual([...always, '@clew/console'])
  expect(namesOf(['react', 'express', 'constructor', '__proto__'])).toEqual([
    ...always,
    '@clew/express',
    '@clew/console',
  ])
  expect(namesOf(['winston', 'bullmq'])).toEqual([...always, '@clew/winston', '@clew/bullmq'])
})

test('libraries that are joined by the same package are its reasons', () => {
  const [last] = packagesNeeded(['pino', 'pino-http', 'nestjs-pino']).slice(-1)
  expect(last).toEqual({
    name: '@clew/pino',
    gives: 'ids on its lines, and each line in the chain',
    libraries: ['pino', 'pino-http', 'nestjs-pino'],
  })
})

test("Fastify's own logger is joined beside the console, unless the application installs one", () => {
  const http = [...always, '@clew/fastify']
  expect(namesOf(['fastify'])).toEqual([...http, '@clew/pino', '@clew/console'])
  expect(packagesNeeded(['fastify']).find(({ name }) => name === '@clew/pino')?.libraries).toEqual([
    'fastify',
  ])
  expect(namesOf(['fastify', 'pino'])).toEqual([...http, '@clew/pino'])
  expect(namesOf(['fastify', 'winston'])).toEqual([...http, '@clew/winston'])
})
