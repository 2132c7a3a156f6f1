import { useState } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import {
  collectorExporter,
  type Framework,
  frameworks,
  installLine,
  runLine,
  sdkEnvironment,
} from './command-lines.ts'
import { Snippet } from './snippet.tsx'

const names: Record<Exclude<Framework, 'node'>, string> = {
  express: 'Express',
  fastify: 'Fastify',
  bullmq: 'BullMQ',
}

/** The two commands for the reader's application. `http` is where the desk listens. */
export function Commands({ http }: { http: string }) {
  const [framework, setFramework] = useState<Framework>('express')
  const { start } = words.value
  return (
    <section class="card commands">
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
  )
}

/** Where an application sends as long as nothing else is known. */
export const usualEndpoint = 'http://localhost:4318'

/** For applications that send by other means. */
export function OtherCommands({ http, grpc }: { http: string; grpc: string | null }) {
  const { start } = words.value
  return (
    <div class="pair">
      <section class="card">
        <Snippet title={start.sdk} text={sdkEnvironment(http)} />
        <p class="muted">{start.sdkNote}</p>
        <p class="muted mono">{grpc !== null && `gRPC: ${grpc}`}</p>
      </section>
      <section class="card">
        <Snippet title={start.collector} text={collectorExporter(http)} />
        <p class="muted">{start.collectorNote}</p>
      </section>
    </div>
  )
}
