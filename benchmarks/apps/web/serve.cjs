const { tell } = require('../talk.cjs')

/** Tells the port, and the CPU microseconds so far whenever the benchmark asks. */
exports.announce = (port) => {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    tell({ cpuUs: user + system })
  })
  process.on('disconnect', () => process.exit())
  tell({ port })
}
