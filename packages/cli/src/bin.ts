#!/usr/bin/env node
// No static import: under a Node.js that is too old the line below must still be printed.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`clew needs Node.js 22.15 or later, and this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
  import('./main.ts').then(({ main }) => main(process.argv.slice(2)))
}
