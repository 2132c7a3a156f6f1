import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { freePort, reachable } from '../../../../scripts/services.ts'

/** A message as rsyslog understood it. */
export type Received = {
  'app-name': string
  hostname: string
  procid: string
  msgid: string
  pri: string
  timereported: string
  'structured-data': string
  msg: string
}

/** An rsyslog of its own on 127.0.0.1, which is there by UDP and TCP on `port`, by TLS on `tlsPort`, and by a stream socket. */
export type Rsyslog = {
  port: number
  tlsPort: number
  socket: string
  /** Resolves with so many messages. */
  received(count: number): Promise<Received[]>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** PEM files. `apt-get install rsyslog rsyslog-gnutls` brings the server. */
export async function startRsyslog(tls: { ca: string; cert: string; key: string }): Promise<Rsyslog> {
  const folder = mkdtempSync(join(tmpdir(), 'clew-rsyslog-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  const [socket, output, config] = ['socket', 'out.jsonl', 'rsyslog.conf'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  writeFileSync(config, configuration({ folder, port, tlsPort, socket, output, tls }))
  const run = async (): Promise<ChildProcess> => {
    const server = spawn('rsyslogd', ['-n', '-f', config, '-i', join(folder, 'pid')], {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = text(server.stderr!)
    try {
      await Promise.all([reachable(port, server), reachable(tlsPort, server)])
    } catch (error) {
      server.kill('SIGKILL')
      throw new Error(
        `no rsyslog: ${error instanceof Error ? error.message : error} ${await said.catch(() => '')}; apt-get install rsyslog rsyslog-gnutls`,
      )
    }
    return server
  }
  let server = await run()
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    server.kill(signal)
    if (server.exitCode === null && server.signalCode === null) await once(server, 'close')
  }
  return {
    ...{ port, tlsPort, socket },
    async received(count) {
      const read = (): string[] =>
        existsSync(output) ? readFileSync(output, 'utf8').split('\n').slice(0, -1) : []
      while (read().length < count) await setTimeout(20)
      return read().map((line) => JSON.parse(line) as Received)
    },
    kill: () => end('SIGKILL'),
    async restart() {
      server = await run()
    },
    async stop() {
      await end('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Places = Record<'folder' | 'socket' | 'output', string> & {
  port: number
  tlsPort: number
  tls: { ca: string; cert: string; key: string }
}

const configuration = ({ folder, port, tlsPort, socket, output, tls }: Places): string => `
global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${tls.ca}"
  defaultNetstreamDriverCertFile="${tls.cert}" defaultNetstreamDriverKeyFile="${tls.key}")
module(load="imudp")
module(load="imtcp")
module(load="imptcp")
input(type="imudp" address="127.0.0.1" port="${port}")
input(type="imtcp" address="127.0.0.1" port="${port}")
input(type="imtcp" address="127.0.0.1" port="${tlsPort}" streamdriver.name="gtls" streamdriver.mode="1" streamdriver.authmode="x509/certvalid")
input(type="imptcp" path="${socket}" unlink="on")
template(name="json" type="list") { property(name="jsonmesg") constant(value="\\n") }
action(type="omfile" file="${output}" template="json")
`
