// Every instrumentation of this repository, whatever the library's own package.json says.
const { globSync, readFileSync } = require('node:fs')
const { dirname, join } = require('node:path')

const packages = join(__dirname, '../../packages')

require(join(packages, 'node/register.cjs'))
// Absent in a package manager, which is not traced.
if (globalThis[Symbol.for('@clew/node')]) startAll()

function startAll() {
  const core = require(join(packages, 'core/bundle/index.js'))
  for (const manifest of globSync(join(packages, '*/*/package.json'))) {
    const { clew, exports } = JSON.parse(readFileSync(manifest, 'utf8'))
    if (clew?.instrumentation) {
      core.startInstrumentation(require(join(dirname(manifest), exports['.'].default))[clew.instrumentation])
    }
  }
  if (process.env.FOREIGN_SUITE_IN_SPAN) enterSpan(core)
}

// A client makes spans in a request only, and the suite of a client knows none.
function enterSpan({ contextWithSpan, enterContext, rootContext, startInstrumentation }) {
  const start = ({ tracer }) => {
    enterContext(contextWithSpan(rootContext, tracer.startSpan('suite')))
    return () => {}
  }
  startInstrumentation({ name: 'suite', start })
}
