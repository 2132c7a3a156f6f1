// For suites that load the sources of their project, or by loaders of their own (vitest, ts-node): tells of them as if they
// were the built files that an application loads. FOREIGN_SUITE_SOURCES="src/index.ts=dist/index.js, …", from the folder.
import { channel } from 'node:diagnostics_channel'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

for (const pair of (process.env.FOREIGN_SUITE_SOURCES ?? '').split(',').filter(Boolean)) {
  const [source, built] = pair.trim().split('=')
  const exports = await import(pathToFileURL(resolve(source)).href)
  channel('clew:es-module').publish({ url: pathToFileURL(resolve(built)).href, exports })
}
