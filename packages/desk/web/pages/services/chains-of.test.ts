import { expect, test } from 'vitest'
import { chainsOf } from './chains-of.ts'

test('each node leads to its chains, in the time of the page', () => {
  const time = { from: '-1h', to: undefined }
  const query = (kind: Parameters<typeof chainsOf>[0]['kind'], name: string) => {
    const { pathname, searchParams } = new URL(chainsOf({ kind, name }, time), 'http://desk')
    return [pathname, searchParams.get('q'), searchParams.get('from')]
  }
  expect([
    query('service', 'orders api'),
    query('queue', 'mails'),
    query('database', 'postgresql my shop'),
    query('database', 'redis'),
    query('host', 'pay.example:443'),
  ]).toEqual([
    ['/chains', 'service:"orders api"', '-1h'],
    ['/chains', 'queue:mails', '-1h'],
    ['/chains', 'db.namespace:"my shop" OR db.name:"my shop"', '-1h'],
    ['/chains', 'db.system.name:redis OR db.system:redis', '-1h'],
    ['/chains', 'server.address:pay.example OR net.peer.name:pay.example', '-1h'],
  ])
})
