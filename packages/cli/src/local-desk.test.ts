import { afterEach, expect, test, vi } from 'vitest'
import { displayed } from './local-desk.ts'

afterEach(() => vi.unstubAllEnvs())

test.runIf(process.platform !== 'win32').each([
  ['/root', '/root/data', '~/data'],
  ['/root', '/root', '~'],
  ['/root', '/srv/root/data', '/srv/root/data'],
  ['/root', '/root2/data', '/root2/data'],
  ['/', '/srv/data', '/srv/data'],
])('with the home %s the path %s is shown as %s', (home, path, shown) => {
  vi.stubEnv('HOME', home)
  expect(displayed(path)).toBe(shown)
})
