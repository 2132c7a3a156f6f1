import { type OtlpRawHandler, type OtlpServer, startOtlpGrpcReceiver } from '@clew/otlp'
import { isWildcard, ownNames } from './binding.ts'
import type { HttpOptions } from './http.ts'
import { describeProblem, isMissingAddress } from './listen.ts'

/** OTLP/gRPC on each host, on one port. The second loopback address is left out when it is not there. */
export async function startGrpc(
  options: HttpOptions,
  hosts: readonly string[],
  handlers: OtlpRawHandler,
): Promise<{ url: string | null; close(): Promise<void> }> {
  const { grpcPort, ingestToken, onError } = options
  const servers: OtlpServer[] = []
  const close = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.close())))
  if (grpcPort === null) return { url: null, close }
  const token = ingestToken === undefined ? {} : { token: ingestToken }
  const names = isWildcard(options.host) ? {} : { allowedHosts: ownNames(options) }
  for (const host of hosts) {
    const port = servers[0]?.port ?? grpcPort
    try {
      servers.push(await startOtlpGrpcReceiver({ handlers, host, port, onError, ...names, ...token }))
    } catch (error) {
      const problem = error as NodeJS.ErrnoException
      if (servers.length > 0 && isMissingAddress(problem)) continue
      await close()
      throw describeProblem(problem, host, port, '--grpc-port')
    }
  }
  return { url: servers[0]!.url, close }
}
