type Started = { port: number; close(): Promise<void> }

/**
 * Starts a server on each host, all with the same port; a later host that this machine does not have is left out. Rejects
 * with what the first failure says, and then none is left.
 */
export async function startOnEach<S extends Started>(
  hosts: readonly string[],
  port: number,
  start: (host: string, port: number) => Promise<S>,
): Promise<S[]> {
  const started: S[] = []
  for (const host of hosts) {
    try {
      started.push(await start(host, started[0]?.port ?? port))
    } catch (error) {
      if (started.length > 0 && isMissingAddress(error as NodeJS.ErrnoException)) continue
      await Promise.all(started.map((server) => server.close()))
      throw error
    }
  }
  return started
}

/** Whether this machine has no such address, or no IPv6 at all. */
function isMissingAddress({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || code === 'EINVAL'
}
