// What `clew run` has Node load: the preload of the application's own @clew/node, whichever process inherits this. In words that every
// Node.js reads, and never a failure: a package manager, or a child in another folder, has none.
'use strict'

const path = require('path')
const createRequire = require('module').createRequire

function find() {
  const folders = [process.argv[1] && path.dirname(process.argv[1]), cwd()]
  for (const folder of folders) {
    if (!folder) continue
    try {
      return createRequire(path.join(folder, 'clew-run.js')).resolve('@clew/node/register')
    } catch (_) {
      // It is looked for in the next one.
    }
  }
  return undefined
}

function cwd() {
  try {
    return process.cwd()
  } catch (_) {
    // The folder was removed.
    return undefined
  }
}

const register = createRequire && find()
if (register) require(register)
