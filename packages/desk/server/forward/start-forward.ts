import { type Endpoint, type Passed, type RelayOptions, startRelay } from '@clew/pipeline'
import { given, parseHeaders, parseOtlpAddress, printableAddress, requireAll } from '@clew/settings'
import type { DeskStatus } from '../../api/index.ts'

export type ForwardOptions = {
  /** `http://host:4318`, `https://…`, `grpc://host:4317` or `grpcs://…`; a path is kept as base path. */
  endpoint: string
  /** As OTEL_EXPORTER_OTLP_HEADERS: `name=value,name=value`, percent-encoded; "" for none. */
  headers: string
  /** Folder of its own for what waits; undefined: what waits lies in memory alone. */
  directory: string | undefined
  report: RelayOptions['report']
  /** Hears, in one line and at most once a minute, of requests that were passed on and not stored. */
  tell(message: string): void
}

/** Passes what the desk receives on to another receiver. */
export type Forward = {
  /**
   * Takes in a request, uncompressed, and copies it: `bytes` stay the caller's, who may transfer them afterwards.
   * `taken` with a `directory` means that it lies on disk, and that a kill of the process does not cost it. `full`: ask
   * the sender to come back later, and do not store it, as it is sent again. `invalid`: it is no OTLP, and not passed on.
   */
  pass(signal: 'logs' | 'traces', encoding: 'protobuf' | 'json', bytes: Uint8Array): Passed
  /** A request that was passed on could not be stored, for this reason: it is stored when its sender sends it again. */
  repeats(reason: string): void
  /**
   * The address as it may be printed. Counts records since the start; `delivered`, `waiting` and `dropped` also those that an earlier desk left. `dropped`
   * are those that the receiver refused for good.
   */
  status(): NonNullable<DeskStatus['forward']>
  /** Sends what waits for up to a second; the rest is left to the next desk. */
  close(): Promise<void>
}

const timeoutMs = 10_000
const closeMs = 1000
const quietMs = 60_000

const settingNames: RelayOptions['settingNames'] = {
  endpoint: '--forward',
  headers: 'CLEW_DESK_FORWARD_HEADERS',
  protocol: 'the scheme of --forward',
  certificate: 'NODE_EXTRA_CA_CERTS',
  spoolDirectory: '--data',
}

/** Throws when the address or the headers are none, with all that is wrong and the remedies. */
export function startForward({ endpoint, headers: text, directory, report, tell }: ForwardOptions): Forward {
  const { target, headers } = requireAll({
    target: given(settingNames.endpoint, parseOtlpAddress(settingNames.headers), endpoint),
    headers: given(settingNames.headers, parseHeaders, text),
  })
  const common = { protocol: target.protocol, headers, compression: 'gzip', timeoutMs } as const
  const to = (url: string): Endpoint => ({ ...common, url })
  const relay = startRelay({
    ...{ logs: to(target.logs), traces: to(target.traces) },
    ...{ spoolDirectory: directory, settingNames, report, printAddress: printableAddress },
  })
  let repeated = 0
  let toldAtMs = Number.NEGATIVE_INFINITY
  return {
    pass: relay.pass,
    repeats(reason) {
      repeated++
      if (performance.now() - toldAtMs < quietMs) return
      toldAtMs = performance.now()
      tell(
        `${repeated} requests were passed on but not stored (${reason}); sent again as they were, they are stored and not passed on twice`,
      )
    },
    status() {
      const { logs, traces } = relay.counters()
      const sum = (count: (counters: typeof logs) => number): number => count(logs) + count(traces)
      return {
        url: printableAddress(target.url),
        accepted: sum(({ accepted }) => accepted),
        delivered: sum(({ delivered }) => delivered),
        waiting: sum(({ waiting }) => waiting),
        dropped: sum(({ rejected, dropped }) => rejected + dropped),
        repeated,
      }
    },
    close: () => relay.stop(closeMs),
  }
}
