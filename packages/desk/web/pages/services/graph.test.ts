import { expect, test } from 'vitest'
import type { ServiceEdge } from '../../../api/index.ts'
import { chainsOf, graphOf } from './graph.ts'

const service = (name: string) => ({
  name,
  spans: 1,
  failedSpans: 0,
  p50Ms: null,
  p95Ms: null,
  logs: 0,
  failedLogs: 0,
  instances: 1,
})
const edge = (from: string, to: string, kind: ServiceEdge['kind'], label = ''): ServiceEdge => ({
  from,
  to,
  kind,
  label,
  count: 10,
  failed: 1,
  p95Ms: kind === 'queue' ? 5 : 2,
})

test('a queue stands between sender and receiver, a database and a foreign host are nodes of their own', () => {
  const services = ['api', 'worker'].map(service)
  const edges = [
    edge('api', 'worker', 'queue', 'jobs'),
    edge('worker', 'worker', 'queue', 'jobs'),
    edge('api', 'mails', 'queue', 'mails'),
    edge('api', 'postgresql shop', 'database', 'postgresql'),
    edge('worker', 'api', 'call'),
    edge('worker', 'pay.example:443', 'call'),
  ]
  const { nodes, links } = graphOf({ services, edges, sampled: 1, weighed: 0 })
  expect([
    nodes.map(({ id }) => id),
    links.map(({ from, to, kind, count, failed, p95Ms }) => [from, to, kind, count, failed, p95Ms]),
  ]).toEqual([
    [
      'database postgresql shop',
      'host pay.example:443',
      'queue jobs',
      'queue mails',
      'service api',
      'service worker',
    ],
    [
      ['queue jobs', 'service worker', 'queue', 20, 2, 5],
      ['service api', 'database postgresql shop', 'database', 10, 1, 2],
      ['service api', 'queue jobs', 'queue', 10, 1, 5],
      ['service api', 'queue mails', 'queue', 10, 1, 5],
      ['service worker', 'host pay.example:443', 'call', 10, 1, 2],
      ['service worker', 'queue jobs', 'queue', 10, 1, 5],
      ['service worker', 'service api', 'call', 10, 1, 2],
    ],
  ])
})

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
