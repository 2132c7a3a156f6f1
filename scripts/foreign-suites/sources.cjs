// As sources.mjs, for jest and for mocha with ts-node, by the `require` that they give to their files.
const { channel } = require('node:diagnostics_channel')
const { resolve } = require('node:path')
const { pathToFileURL } = require('node:url')

for (const pair of (process.env.FOREIGN_SUITE_SOURCES ?? '').split(',').filter(Boolean)) {
  const [source, built] = pair.trim().split('=')
  channel('clew:es-module').publish({
    url: pathToFileURL(resolve(built)).href,
    exports: require(resolve(source)),
  })
}
