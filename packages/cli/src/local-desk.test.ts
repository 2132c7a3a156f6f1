import { afterEach, expect, test, vi } from 'vitest'
import { defaultDirectory, displayed } from './local-desk.ts'

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

test.runIf(process.platform !== 'win32').each([
  ['/var/state', '/var/state/clew/desk'],
  [undefined, '/home/ada/.local/state/clew/desk'],
  ['', '/home/ada/.local/state/clew/desk'],
  ['state', '/home/ada/.local/state/clew/desk'],
])('with XDG_STATE_HOME=%s the data is in %s', (state, directory) => {
  vi.stubEnv('HOME', '/home/ada')
  vi.stubEnv('XDG_STATE_HOME', state)
  expect(defaultDirectory()).toBe(directory)
})
