import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { channelOf } from './bots.ts'
import { startNotifier } from './notifying.ts'
import { sampleAlert } from './sample.ts'

type Mailbox = { port: number; mails: string[]; refuse(code: number | undefined): void }

const servers: SMTPServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(resolve))))
})

async function startMailbox(): Promise<Mailbox> {
  const mails: string[] = []
  let code: number | undefined
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, callback) =>
      callback(password === 'right' ? null : Object.assign(new Error('no'), { responseCode: 535 }), {
        user: username,
      }),
    onData: (stream, _, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (code !== undefined) return callback(Object.assign(new Error('refused'), { responseCode: code }))
        mails.push(Buffer.concat(chunks).toString())
        callback()
      })
    },
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    mails,
    refuse: (next) => {
      code = next
    },
  }
}

function mailTo({ port }: Mailbox, user = '') {
  const url = `smtp://${user}127.0.0.1:${port}`
  return channelOf('mail', {
    type: 'email',
    url,
    from: 'Clew <clew@example.com>',
    to: ['ops@example.com', 'a@b.c'],
    language: 'zh',
  })
}

/** Headers of a mail, unfolded and decoded. */
function headersOf(mail: string): Map<string, string> {
  const [head = ''] = mail.split('\r\n\r\n')
  const decode = (text: string): string =>
    text.startsWith('=?')
      ? decodeURIComponent(
          text.replace(/=\?utf-8\?q\?([^?]*)\?=\s*/gi, (_, quoted: string) =>
            quoted.replaceAll('_', '%20').replaceAll('=', '%'),
          ),
        )
      : text
  return new Map(
    head
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => {
        const at = line.indexOf(':')
        return [line.slice(0, at).toLowerCase(), decode(line.slice(at + 1).trim())]
      }),
  )
}

test('a mail has the alert in its subject and its end in the same thread', async () => {
  const mailbox = await startMailbox()
  const { notifier, clock, sent } = startNotifier([mailTo(mailbox)])
  notifier.notify(sampleAlert({ notify: ['mail'] }))
  notifier.notify(sampleAlert({ notify: ['mail'], state: 'resolved' }))
  await clock.runUntil(() => sent.length === 2)
  const names = ['to', 'subject', 'message-id', 'in-reply-to', 'references', 'x-alert-rule', 'auto-submitted']
  const told = mailbox.mails.map((mail) => names.map((name) => headersOf(mail).get(name)))
  const first = '<a1b2c3d4e5f60718@clew.alert>'
  const common = ['payment-failed-500', 'auto-generated']
  expect(told).toEqual([
    [
      'ops@example.com, a@b.c',
      '🔴 [严重] payment-failed-500 · service=checkout',
      first,
      undefined,
      undefined,
      ...common,
    ],
    [
      ...['ops@example.com, a@b.c', '✅ [已恢复] payment-failed-500 · service=checkout'],
      ...['<a1b2c3d4e5f60718.resolved@clew.alert>', first, first, ...common],
    ],
  ])
})

test('a server that is busy gets it later', async () => {
  const mailbox = await startMailbox()
  const { notifier, clock, sent, dead } = startNotifier([mailTo(mailbox)])
  mailbox.refuse(451)
  notifier.notify(sampleAlert({ notify: ['mail'] }))
  await clock.runUntil(() => {
    if (clock.now() > Date.UTC(2026, 10, 29)) mailbox.refuse(undefined)
    return sent.length === 1
  })
  expect([mailbox.mails.length, dead]).toEqual([1, []])
})

test('a server that wants none, a wrong password and no server at all end as dead letters without the password', async () => {
  const mailbox = await startMailbox()
  mailbox.refuse(554)
  const reasons: string[] = []
  for (const channel of [mailTo(mailbox), mailTo(mailbox, 'me:SECRET@'), mailTo({ ...mailbox, port: 1 })]) {
    const { notifier, clock, dead } = startNotifier([channel])
    notifier.notify(sampleAlert({ notify: ['mail'] }))
    await clock.runUntil(() => dead.length === 1)
    reasons.push(...dead)
  }
  expect(reasons).toEqual([
    'mail → nobody: SMTP 554 refused (a1b2c3d4e5f60718)',
    'mail → nobody: SMTP 535 no (a1b2c3d4e5f60718)',
    'mail → nobody: no answer of the mail server: ECONNREFUSED (a1b2c3d4e5f60718)',
  ])
})
