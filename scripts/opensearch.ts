import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './services.ts'
import { finished, keptFolder } from './test-cache.ts'

/** An OpenSearch of its own, in one Java process on 127.0.0.1. */
export type OpenSearch = {
  /** `host:port` */
  address: string
  /** JSON of an answer; rejects for one that is no success. */
  call(method: string, path: string, body?: string, type?: string): Promise<unknown>
  stop(): Promise<void>
}

export const openSearchVersion = '2.19.6'

/** Its jars are fetched once by Maven, 45 MB; Java 17. */
export async function startOpenSearch(): Promise<OpenSearch> {
  const lib = await keptFolder(`opensearch-${openSearchVersion}`, async (fresh) => {
    writeFileSync(join(fresh, 'pom.xml'), pom)
    const copy = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime']
    await finished(spawn('mvn', ['-q', '-B', '-ntp', ...copy], { cwd: fresh }))
    return join(fresh, 'lib')
  })
  const home = mkdtempSync(join(tmpdir(), 'clew-opensearch-'))
  writeFileSync(join(home, 'Run.java'), starter)
  const [port, transport] = [await freePort(), await freePort()]
  const server = spawn(
    'java',
    [
      '-Xms128m',
      '-Xmx512m',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(lib, '*'),
      'Run.java',
      home,
      `${port}`,
      `${transport}`,
    ],
    { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  await hasStarted(server)
  const address = `127.0.0.1:${port}`
  return {
    address,
    async call(method, path, body, type = 'application/json') {
      const answer = await fetch(`http://${address}${path}`, {
        ...{ method, headers: { 'content-type': type } },
        ...(body === undefined ? {} : { body }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return JSON.parse(text)
    },
    async stop() {
      server.kill('SIGKILL')
      await once(server, 'close')
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function hasStarted(server: ChildProcess): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      said += text
      if (said.includes('started\n')) resolve()
    }
    server.stdout!.on('data', hear)
    server.stderr!.on('data', hear)
    server.once('error', reject)
    server.once('close', () => reject(new Error(`no OpenSearch: ${said.slice(-1000)}`)))
  })
}

const dependency = (group: string, artifact: string, of: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${of}</version></dependency>`

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>clew</groupId><artifactId>opensearch</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
${dependency('org.opensearch', 'opensearch', openSearchVersion)}
${dependency('org.opensearch.plugin', 'transport-netty4-client', openSearchVersion)}
${dependency('org.apache.logging.log4j', 'log4j-core', '2.25.4')}
</dependencies></project>
`

const starter = `import org.opensearch.common.settings.Settings;
import org.opensearch.node.*;
import org.opensearch.plugins.*;
import java.util.*;
public class Run {
  static class N extends Node {
    N(Settings s, Collection<Class<? extends Plugin>> p) {
      super(InternalSettingsPreparer.prepareEnvironment(s, Map.of(), null, () -> "n"), p, true);
    }
  }
  public static void main(String[] a) throws Exception {
    Settings s = Settings.builder().put("path.home", a[0]).put("cluster.name", "t").put("node.name", "n")
      .put("http.host", "127.0.0.1").put("http.port", a[1]).put("transport.host", "127.0.0.1").put("transport.port", a[2])
      .put("discovery.type", "single-node").put("http.type", "netty4").put("transport.type", "netty4")
      .put("cluster.routing.allocation.disk.threshold_enabled", false).build();
    N n = new N(s, List.of(org.opensearch.transport.Netty4Plugin.class));
    n.start();
    System.out.println("started");
    Thread.currentThread().join();
  }
}
`
