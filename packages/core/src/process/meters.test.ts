import { expect, test } from 'vitest'
import { addMeters, listMeters, type Meter, serviceName, setServiceName } from './meters.ts'

const meter = (name: string): Meter => ({ name, kind: 'gauge', help: '', labels: [], read: () => [] })

test('meters are listed as they were added, of one name the first, until they are taken back', () => {
  const [waiting, sent, again] = [meter('waiting'), meter('sent'), meter('waiting')]
  const stop = addMeters([waiting])
  const stopOthers = addMeters([sent, again])
  expect(listMeters()).toEqual([waiting, sent])
  stop()
  expect(listMeters().map((one) => one === sent || one === again)).toEqual([true, true])
  stopOthers()
  expect(listMeters()).toEqual([])
})

test('the service has a name when somebody has said it', () => {
  expect(serviceName()).toBeUndefined()
  setServiceName('shop')
  expect(serviceName()).toBe('shop')
})
