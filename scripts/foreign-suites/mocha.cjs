// For `--in-span` and mocha, by --require: each test and hook begins in the span of the suite, also where the one before it has
// ended in an event of a connection, which belongs to no request.
const { AsyncResource } = require('node:async_hooks')
const { createRequire } = require('node:module')
const { join } = require('node:path')

const { Runnable } = createRequire(join(process.cwd(), 'package.json'))('mocha')
const suite = new AsyncResource('suite')
const { run } = Runnable.prototype

Runnable.prototype.run = function (...args) {
  return suite.runInAsyncScope(run, this, ...args)
}
