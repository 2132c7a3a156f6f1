import type { Row } from '../measure/row.ts'
import { alertFilter } from './alert-filter.ts'
import { alertInApp } from './alert-in-app.ts'
import { alertLatency } from './alert-latency.ts'
import { alertRedis } from './alert-redis.ts'
import { alertRules } from './alert-rules.ts'
import { bullmqJob } from './bullmq-job.ts'
import { deskHttp } from './desk-http.ts'
import { deskIngest } from './desk-ingest.ts'
import { deskPage } from './desk-page.ts'
import { deskQuery } from './desk-query.ts'
import { deskRivals } from './desk-rivals.ts'
import { deskStored } from './desk-stored.ts'
import { foresight } from './foresight.ts'
import { httpRequests } from './http-request.ts'
import { keep } from './keep.ts'
import { keepChains } from './keep-chains.ts'
import { loss } from './loss.ts'
import { otlpEncode } from './otlp-encode.ts'
import { preload, preloadEverything } from './preload.ts'
import { processEnd } from './process-end.ts'
import { databaseQueries } from './query.ts'
import { redact } from './redact.ts'
import { templates } from './templates.ts'
import { pinoRecord, winstonHeap, winstonRecord, winstonRecordGzip } from './winston-record.ts'

export const rows: readonly Row[] = [
  winstonRecord,
  winstonRecordGzip,
  winstonHeap,
  pinoRecord,
  otlpEncode,
  redact,
  keep,
  keepChains,
  loss,
  processEnd,
  preload,
  preloadEverything,
  ...httpRequests,
  ...databaseQueries,
  bullmqJob,
  templates,
  alertRules,
  alertFilter,
  alertRedis,
  alertLatency,
  alertInApp,
  foresight,
  deskIngest,
  deskHttp,
  deskQuery,
  deskStored,
  deskRivals,
  deskPage,
]
