import { useState } from 'preact/hooks'
import { Snippet } from '../../components/snippet.tsx'
import { words } from '../../i18n/words.ts'
import {
  collectorExporter,
  type Framework,
  frameworks,
  installLine,
  runLine,
  sdkEnvironment,
} from './command-lines.ts'

const names: Record<Exclude<Framework, 'node'>, string> = {
  express: 'Express',
  fastify: 'Fastify',
  bullmq: 'BullMQ',
}

/** The commands for the reader's application. `http` and `grpc` are where the desk listens. */
export function Commands({ http, grpc }: { http: string; grpc: string | null }) {
  const [framework, setFramework] = useState<Framework>('express')
  const { start } = words.value
  return (
    <>
      <section class="card">
        <fieldset class="choice">
          <legend>{start.framework}</legend>
          {frameworks.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="framework"
                checked={one === framework}
                onChange={() => setFramework(one)}
              />
              {one === 'node' ? start.any : names[one]}
            </label>
          ))}
        </fieldset>
        <Snippet title={start.install} text={installLine(framework)} />
        <Snippet title={start.run} text={runLine(http)} />
        <p class="muted">{start.noCode}</p>
      </section>
      <div class="pair">
        <section class="card">
          <Snippet title={start.sdk} text={sdkEnvironment(http)} />
          <p class="muted">{start.sdkNote}</p>
          {grpc !== null && <p class="muted mono">gRPC: {grpc}</p>}
        </section>
        <section class="card">
          <Snippet title={start.collector} text={collectorExporter(http)} />
          <p class="muted">{start.collectorNote}</p>
        </section>
      </div>
    </>
  )
}
