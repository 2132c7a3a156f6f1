import { expect, test } from 'vitest'
import { describeResource } from './resource.ts'

const service = { name: 'shop', version: '1.0.0' }

test('without detectors: the service, the SDK and what is configured, which goes first', () => {
  const resource = describeResource(service, { 'service.name': 'mine', team: 'a' }, 'none')
  expect(resource).toEqual({
    'service.name': 'mine',
    'service.version': '1.0.0',
    'telemetry.sdk.name': 'clew',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': expect.any(String),
    team: 'a',
  })
})

test('every detector by default, but no command line and nothing that takes time', () => {
  const resource = describeResource({ name: 'shop', version: undefined }, {}, undefined)
  expect(Object.keys(resource).filter((key) => key.startsWith('process.command'))).toEqual([])
  expect(Object.values(resource).filter((value) => value instanceof Promise)).toEqual([])
  expect(resource).toMatchObject({
    'service.name': 'shop',
    'process.pid': process.pid,
    'host.name': expect.any(String),
    'service.instance.id': expect.stringMatching(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    ),
  })
})
