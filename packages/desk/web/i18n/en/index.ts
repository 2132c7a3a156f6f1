import { chain } from './chain.ts'
import { chains } from './chains.ts'
import { logs } from './logs.ts'
import { patterns } from './patterns.ts'
import { record } from './record.ts'
import { search } from './search.ts'
import { services } from './services.ts'
import { shell } from './shell.ts'
import { start } from './start.ts'

export const en = { chain, chains, logs, patterns, record, search, services, shell, start }
