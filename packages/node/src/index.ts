export { type ClewSdk, type ClewSdkOptions, clewSdk } from './library/clew-sdk.ts'
export { type Clew, startClew } from './start/start-clew.ts'
export type * from './status/status.ts'
