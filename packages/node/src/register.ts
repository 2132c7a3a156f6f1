import { startClew } from './start/start-clew.ts'

startClew()
