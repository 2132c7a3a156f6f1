import { excerpt } from './answers.ts'
import type { Answer, Channel, Mail, Notice, Outcome, RenderContext, Request } from './channel.ts'
import { cutUnits, sizeOf } from './clean-text.ts'
import { type Markup, plainMarkup, writeMessage } from './markup.ts'
import { fitMessage, headlineOf, type Message, type Style } from './message.ts'
import { messageId } from './webhook.ts'

/** Mail by SMTP. `url`: `smtp://user:password@host:587` or `smtps://…`; it is sent by the package nodemailer. */
export type EmailOptions = Style & { url: string; from: string; to: readonly string[] }

const maxBytes = 512_000
const maxSubject = 180

export function email(options: EmailOptions): Pick<Channel, 'render' | 'classify' | 'deliver'> {
  return {
    render: (notice, context) => [{ mail: mailOf(notice, options, context) }],
    classify,
    deliver: (request) => deliver(request, options),
  }
}

type Written = { message: Message; text: string; page: string }

function mailOf(notice: Notice, options: EmailOptions, context: RenderContext): Mail {
  const build = (message: Message): Written => {
    return { message, text: writeMessage(message, plainMarkup), page: writeMessage(message, html) }
  }
  const bytesOf = ({ text, page }: Written): number => sizeOf(text) + sizeOf(page)
  const { message, text, page } = fitMessage(notice, options, context, build, bytesOf, maxBytes)
  const [first] = notice.alerts
  const subject = [headlineOf(message), ...message.facts.slice(0, 1)].join(' · ')
  return {
    subject: cutUnits(subject, maxSubject),
    text,
    html: `<div style="font-family:sans-serif;max-width:60em">${page}</div>`,
    ...threadOf(notice),
    headers: {
      'X-Alert-Rule': headerText(notice.alerts.length === 1 ? first!.rule : 'digest'),
      'X-Alert-Severity': message.severity,
      'X-Alert-Id': headerText(first!.id),
      // No vacation message answers it. RFC 3834.
      'Auto-Submitted': 'auto-generated',
    },
  }
}

/** The first mail of an alert begins the thread; reminders and the end answer it. */
function threadOf({ alerts }: Notice): Pick<Mail, 'messageId' | 'inReplyTo'> {
  const [first] = alerts
  const idOf = (local: string): string => `<${local.replace(/[^\w.-]/g, '')}@clew.alert>`
  if (alerts.length > 1)
    return { messageId: idOf(`${messageId(first!)}.digest.${alerts.length}`), inReplyTo: '' }
  const own = messageId(first!)
  return { messageId: idOf(own), inReplyTo: own === first!.id ? '' : idOf(first!.id) }
}

function headerText(text: string): string {
  return cutUnits(text.replace(/[^\x20-\x7e]/g, '?'), 128)
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`)
}

const html: Markup = {
  escape: escapeHtml,
  title: (text) => `<h2>${text}</h2>`,
  fact: (text) => `<div>${text}</div>`,
  link: (text, url) => `<a href="${escapeHtml(new URL(url).href)}">${text}</a>`,
  lineHead: (text, chain) => `<b>${text}</b> <code>${chain}</code>`,
  code: (text) => `<pre style="white-space:pre-wrap;margin:2px 0 10px">${escapeHtml(text)}</pre>`,
  small: (text) => `<small>${text}</small>`,
  gap: '\n',
}

/** What is used of nodemailer. */
type Mailer = {
  createTransport(url: string): { sendMail(mail: object): Promise<{ response?: string }>; close(): void }
}

/** Loaded when a mail is sent: most have none. */
async function deliver(request: Request, { url, from, to }: EmailOptions): Promise<Answer> {
  if (!('mail' in request)) return { status: 0, body: 'no mail' }
  const mailer = await loadMailer()
  if (!mailer) return { status: 501, body: 'the package nodemailer is missing: npm install nodemailer' }
  const { inReplyTo, ...mail } = request.mail
  const thread = inReplyTo === '' ? {} : { inReplyTo, references: inReplyTo }
  const transport = mailer.createTransport(withTimeouts(url))
  try {
    const { response = '' } = await transport.sendMail({ ...mail, ...thread, from, to: [...to] })
    return { status: 250, body: response }
  } catch (error) {
    return answerOf(error)
  } finally {
    transport.close()
  }
}

async function loadMailer(): Promise<Mailer | undefined> {
  try {
    // A name that no compiler looks up: the package need not be there.
    const name: string = 'nodemailer'
    const loaded: { default?: Mailer } & Partial<Mailer> = await import(name)
    return loaded.default ?? (loaded as Mailer)
  } catch {
    return undefined
  }
}

function withTimeouts(url: string): string {
  const address = new URL(url)
  for (const name of ['connectionTimeout', 'greetingTimeout', 'socketTimeout'])
    if (!address.searchParams.has(name)) address.searchParams.set(name, '5000')
  return address.href
}

type SmtpError = Partial<Record<'response' | 'code' | 'message', string>> & { responseCode?: number }

/** An error of nodemailer: `responseCode` is the server's, without it there was no answer. */
function answerOf(error: unknown): Answer {
  const { responseCode, response, code, message } = error as SmtpError
  if (typeof responseCode === 'number') return { status: responseCode, body: response ?? '' }
  // Its own codes are vague, and its text has the address: ECONNREFUSED stands in the text.
  const [precise] = /\bE[A-Z]{4,}\b/.exec(message ?? '') ?? []
  return { status: 0, body: `no answer of the mail server: ${precise ?? code ?? 'unknown'}` }
}

function classify({ status, body }: Answer): Outcome {
  const reason = status === 0 ? excerpt(body) : `SMTP ${status} ${excerpt(body.replace(/^\d{3}[ -]/, ''))}`
  if (status >= 200 && status < 300) return { kind: 'ok' }
  // 552: more than it stores.
  if (status === 552) return { kind: 'shrink', reason }
  return status === 0 || (status >= 400 && status < 500)
    ? { kind: 'retry', reason }
    : { kind: 'permanent', reason }
}
