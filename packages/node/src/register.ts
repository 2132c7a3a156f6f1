import { isInternalThread } from 'node:worker_threads'
import { startClew } from './start/start-clew.ts'

// Node runs preloads on the thread of module.register() hooks as well: no application code runs there.
if (!isInternalThread) startClew()
