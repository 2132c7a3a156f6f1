import type { AddressInfo, Server } from 'node:net'

/** Listens on each host with the same port; a later host that this machine does not have is left out. */
export async function listenOn(
  makeServer: () => Server,
  hosts: readonly string[],
  port: number,
  option: string,
): Promise<{ servers: Server[]; port: number }> {
  const servers: Server[] = []
  let actual = port
  try {
    for (const host of hosts) {
      const server = makeServer()
      const listening = await listen(server, host, actual).catch((error: NodeJS.ErrnoException) => {
        if (servers.length > 0 && isMissingAddress(error)) return undefined
        throw describeProblem(error, host, actual, option)
      })
      if (listening === undefined) continue
      servers.push(server)
      actual = listening
    }
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
  return { servers, port: actual }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Whether this machine has no such address, or no IPv6 at all. */
export function isMissingAddress({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || code === 'EINVAL'
}

/** One message with the remedy, whatever the system calls the problem. */
export function describeProblem(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  option: string,
): Error {
  const remedy = `choose another with ${option}`
  const messages: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use, perhaps by another desk or a collector; end it, or ${remedy}`,
    EACCES: `this user may not listen on port ${port} of ${host}; ${remedy} (1024 or higher)`,
    EADDRNOTAVAIL: `this machine has no address ${host}; choose another with --host`,
    ENOTFOUND: `there is no host ${host}; choose another with --host`,
  }
  const message = messages[error.code ?? ''] ?? `cannot listen on port ${port} of ${host}: ${error.message}`
  return new Error(message, { cause: error })
}
