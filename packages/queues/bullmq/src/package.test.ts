import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import * as publicNames from './index.ts'

test('the version is that of the package', () => {
  expect(publicNames.VERSION).toBe(packageJson.version)
})

test('these are the public names', () => {
  expect(Object.keys(publicNames).sort()).toEqual(['VERSION', 'bullmqInstrumentation', 'options', 'withJob'])
  expect(publicNames).toHaveProperty(packageJson.clew.instrumentation)
})
