import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Endpoint } from '../pipeline.ts'
import type { Signal } from '../records/batch.ts'

/** Whose records lie in a spool: the parts of the name of its folder. Nothing of it can be read back. */
export type SpoolSender = {
  /** Of the service and the address. */
  at: string
  /** Of all by which the receiver knows the sender. */
  as: string
  /** The name that earlier versions gave, by the address alone. */
  former: string
}

/**
 * Two processes spool for one another when they are the same service, send to the same address and are the same to its
 * receiver: by user and password, query, headers and client certificate. Nothing is digested before it is asked for.
 */
export function describeSender(
  endpoint: Pick<Endpoint, 'url' | 'headers' | 'tls'>,
  resource: Readonly<Record<string, unknown>>,
): SpoolSender {
  let digests: SpoolSender | undefined
  const made = (): SpoolSender => {
    digests ??= digestSender(endpoint, resource)
    return digests
  }
  return {
    get at() {
      return made().at
    },
    get as() {
      return made().as
    },
    get former() {
      return made().former
    },
  }
}

function digestSender(...[endpoint, resource]: Parameters<typeof describeSender>): SpoolSender {
  const { username, password, search, origin, pathname } = new URL(endpoint.url)
  const headers = Object.entries(endpoint.headers).map(([name, value]) => [name.toLowerCase(), value])
  const at = digest([...serviceOf(resource), origin, pathname])
  const as = digest([at, username, password, search, headers.sort(), endpoint.tls?.cert, endpoint.tls?.key])
  return { at, as, former: crc32(endpoint.url).toString(16).padStart(8, '0') }
}

/** The same for a receiver that has no address of OTLP. */
export function describeForeignSender(
  identity: readonly unknown[],
  resource: Readonly<Record<string, unknown>>,
): SpoolSender {
  const at = digest([...serviceOf(resource), ...identity])
  return { at, as: at, former: 'none' }
}

/** The folder of one signal of one sender. */
export function folderName(signal: Signal, { at, as }: SpoolSender): string {
  return `${signal}-${at}-${as}`
}

/** Whether a folder has records of the same service to the same address that this sender must not send. */
export function isOfOtherCredentials(name: string, signal: Signal, sender: SpoolSender): boolean {
  if (name === `${signal}-${sender.former}`) return true
  return name.startsWith(`${signal}-${sender.at}-`) && name !== folderName(signal, sender)
}

function serviceOf(resource: Readonly<Record<string, unknown>>): string[] {
  return [resource['service.namespace'] ?? '', resource['service.name'] ?? ''].map(String)
}

function digest(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts)).slice(0, 32)
}
