import { expect, test } from 'vitest'
import { spanFacts } from './attributes.ts'

test.each([
  [
    { 'http.request.method': 'POST', 'url.full': 'https://api.bank.example/charge?card=1#x' },
    'POST api.bank.example/charge',
  ],
  [{ 'http.method': 'GET', 'http.url': 'http://user:secret@10.0.0.1:8080/' }, 'GET 10.0.0.1:8080/'],
  [{ 'http.request.method': 'GET', 'url.full': 'https://api.bank.example' }, 'GET api.bank.example'],
  [{ 'http.request.method': 'GET', 'url.full': 'https://a.example/x@y' }, 'GET a.example/x@y'],
  [{ 'http.request.method': 'GET', 'url.full': '/relative' }, undefined],
  [{ 'http.request.method': 'GET', 'url.path': '/of/a/server' }, undefined],
  [
    {
      'http.request.method': 'POST',
      'url.full': 'http://es:9200/orders/_search',
      'db.system.name': 'elasticsearch',
    },
    undefined,
  ],
])('where %o went', (attributes, call) => {
  expect(spanFacts(attributes, '')?.call).toBe(call)
})

test.each([
  [{ 'bullmq.job.attempt': 2 }, 2],
  [{ 'celery.action': 'run' }, 1],
  [{ 'celery.action': 'run', 'celery.retries': 1 }, 2],
  [{ 'celery.action': 'apply_async', 'celery.retries': 1 }, undefined],
  [{}, undefined],
])('which attempt %o is', (attributes, attempt) => {
  expect(spanFacts(attributes, '')?.attempt).toBe(attempt)
})

const kafkaMessage = { 'messaging.destination.partition.id': '0', 'messaging.kafka.offset': '7' }
test.each([
  [{ ...kafkaMessage, 'messaging.consumer.group.name': 'mailers' }, '0/7/mailers'],
  [{ ...kafkaMessage, 'messaging.kafka.offset': 7 }, '0/7/'],
  [{ 'messaging.destination.partition.id': '0', 'messaging.batch.message_count': 3 }, undefined],
  [{ 'messaging.kafka.offset': '7' }, undefined],
])('which delivery %o is', (attributes, delivery) => {
  expect(spanFacts(attributes, '')?.delivery).toBe(delivery)
})
