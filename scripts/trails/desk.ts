import { startDesk } from '@clew/desk'

const desk = await startDesk({
  port: 0,
  grpcPort: null,
  directory: undefined,
  maxBytes: 512_000_000,
  maxAgeMs: undefined,
  report: console.error,
})
process.send?.({ ready: desk.url })
