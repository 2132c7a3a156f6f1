import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packAll } from './packages.ts'

/** A registry of this machine. */
export type LocalRegistry = { url: string; stop(): Promise<void> }

/**
 * A registry of npm that has the packages of this repository as they would be published, and sends whoever asks for another one on to the
 * registry that npm is set to. https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
 */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'clew-registry-'))
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const tarballs = packAll(folder)
  const server = createServer(({ url = '/', headers }, response) => {
    const name = decodeURIComponent(url.slice(1))
    const own = tarballs.get(name.replace(/\/-\/.*$/, ''))
    if (own === undefined) {
      const at = `${upstream.replace(/\/$/, '')}${url}`
      response.writeHead(307, { location: at }).end()
    } else if (name.includes('/-/')) response.end(readFileSync(own))
    else {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(metadataOf(own, name, `http://${headers.host}`)))
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}

function metadataOf(tarball: string, name: string, origin: string): object {
  const manifest = JSON.parse(
    execFileSync('tar', ['-xOf', tarball, 'package/package.json'], { encoding: 'utf8' }),
  ) as { version: string }
  const bytes = readFileSync(tarball)
  const hash = (algorithm: string, encoding: 'hex' | 'base64'): string =>
    createHash(algorithm).update(bytes).digest(encoding)
  const dist = {
    tarball: `${origin}/${name}/-/${name.replace(/^.*\//, '')}-${manifest.version}.tgz`,
    integrity: `sha512-${hash('sha512', 'base64')}`,
    shasum: hash('sha1', 'hex'),
  }
  return {
    name,
    'dist-tags': { latest: manifest.version },
    // Package managers leave alone what is a few days old.
    time: { [manifest.version]: '2026-01-01T00:00:00.000Z' },
    versions: { [manifest.version]: { ...manifest, dist } },
  }
}
