import { type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import { expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { runChild } from './child.ts'

/** What the fakes of a test replace: all that there is, or what jest and vitest leave out is left out. */
const fakes = {
  all: '',
  some: 'setTimeout,clearTimeout,setInterval,clearInterval,setImmediate,clearImmediate,Date,performance,hrtime',
}
const transports: { transport: string; options: OtlpReceiverOptions; protocol: string; path: string }[] = [
  { transport: 'HTTP', options: {}, protocol: 'http/protobuf', path: '/v1/logs' },
  { transport: 'gRPC', options: { protocol: 'grpc' }, protocol: 'grpc', path: '' },
]
const cases = nodeMajors.flatMap((node) =>
  transports.flatMap((transport) =>
    Object.entries(fakes).map(([faked, toFake]) => ({ ...transport, node, faked, toFake })),
  ),
)

test.for(cases)(
  'under fake timers ($faked) each record arrives once over $transport on Node $node, and the receiver is not called dead',
  async ({ options, protocol, path, node, toFake }) => {
    const receiver = await startOtlpReceiver(options)
    const env = { ENDPOINT: `${receiver.url}${path}`, PROTOCOL: protocol, toFake, REPORTS: '1' }
    const { code, stdout, stderr } = await runChild({ node, args: ['ending.mjs', 'fakesTimers'], env })
    const bodies = receiver.logs.map(({ body }) => body)
    await receiver.close()
    expect({ code, stderr, records: bodies.length, different: new Set(bodies).size }).toEqual({
      ...{ code: 0, stderr: '', records: 100, different: 100 },
    })
    expect(JSON.parse(stdout)).toMatchObject({ accepted: 100, delivered: 100, spooled: 0 })
  },
)
