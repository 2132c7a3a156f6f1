// <kind> <file> <file of the store, or "": memory> <measure | die>: feeds the lines of a file to a rule, tells what it told and
// the CPU that it took. `die`: once, and then kill -9.
import { createReadStream, rmSync } from 'node:fs'
import {
  type AlertStore,
  createEngine,
  createMemoryStore,
  createRunner,
  createSqliteStore,
  readAlertsFile,
  readRecords,
} from '../../packages/alert/src/index.ts'
import type { Judged } from './elastalert.ts'

const conditions: { [kind: string]: string } = {
  frequency: 'type: frequency, threshold: 3, window: 5m',
  'block-list': 'type: block-list, field: reason, values: [declined]',
}

const [kind = '', path = '', storePath = '', way = 'measure'] = process.argv.slice(2)
const text = `rules: [{ id: seed, where: "payment_failed status:500", group_by: service, ${conditions[kind]} }]`
const { file, mistakes } = readAlertsFile(text, 'alerts.yaml', {})
if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes))

const openStore = (): AlertStore =>
  storePath === '' ? createMemoryStore(Date.now) : createSqliteStore(storePath, Date.now)

async function judge(store: AlertStore): Promise<Omit<Judged, 'cpuUs'>> {
  const services: string[] = []
  const runner = createRunner(createEngine(file.rules), store, ({ state, group }) => {
    if (state === 'firing') services.push(group.service!)
  })
  let records = 0
  for await (const batch of readRecords(createReadStream(path), { count: 0, first: undefined })) {
    await runner.take({ partition: 'log', records: batch })
    records += batch.length
  }
  return { records, alerts: services.length, services: [...new Set(services)] }
}

if (way === 'measure') {
  const store = openStore()
  await judge(store)
  await store.close()
  for (const end of ['', '-wal', '-shm']) rmSync(storePath + end, { force: true })
}
const store = openStore()
const start = process.cpuUsage()
const judged = await judge(store)
const { user, system } = process.cpuUsage(start)
process.send?.({ ...judged, cpuUs: user + system } satisfies Judged, () => {
  if (way === 'die') process.kill(process.pid, 'SIGKILL')
})
