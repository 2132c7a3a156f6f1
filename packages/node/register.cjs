// CommonJS, and in words that every Node.js reads: under an inherited NODE_OPTIONS this is loaded by older ones too, where
// the preload itself would be a syntax error that ends the process.
'use strict'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 15)) {
  // Node runs preloads on the thread of module.register() hooks as well. No application code runs there, and under Yarn
  // Plug'n'Play that thread does not find what the bundle imports.
  if (!require('node:worker_threads').isInternalThread) require('./bundle/register.js')
} else {
  const line = `[clew] CLEW_NODE_TOO_OLD: Node.js ${process.versions.node} runs without Clew, which needs 22.15.0 or newer`
  try {
    require('node:fs').writeSync(2, `${line}; in ${process.cwd()}\n`)
  } catch {
    // A closed stderr has no reader to tell.
  }
}
