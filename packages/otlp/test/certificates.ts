import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** X.509 in DER by hand, so that tests of TLS need neither openssl nor keys in the repository. */

export type Identity = { cert: string; key: string }

const commonName = der(0x06, Buffer.from('550403', 'hex'))
const basicConstraints = der(0x06, Buffer.from('551d13', 'hex'))
const subjectAltName = der(0x06, Buffer.from('551d11', 'hex'))
const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
const validity = der(0x30, der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')))

/** An authority, with a certificate for localhost and 127.0.0.1 and one for a client. */
export function createCertificates(): { ca: string; server: Identity; client: Identity } {
  const authority = newKey()
  const sans = der(0x30, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
  const server = newKey()
  const client = newKey()
  const isAuthority = extension(basicConstraints, der(0x30, der(0x01, Buffer.from([0xff]))))
  const issue = (name: string, key: KeyPair, extensions: Buffer) =>
    certificate('Test CA', authority.privateKey, name, key.publicKey, extensions)
  return {
    ca: issue('Test CA', authority, isAuthority),
    server: { cert: issue('server', server, extension(subjectAltName, sans)), key: pem(server) },
    client: { cert: issue('client', client, extension(subjectAltName, sans)), key: pem(client) },
  }
}

type KeyPair = { publicKey: KeyObject; privateKey: KeyObject }

function newKey(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function pem({ privateKey }: KeyPair): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

function certificate(
  issuer: string,
  issuerKey: KeyObject,
  subject: string,
  key: KeyObject,
  extensions: Buffer,
): string {
  const version = der(0xa0, der(0x02, Buffer.from([2])))
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]))
  const publicKey = key.export({ type: 'spki', format: 'der' })
  const names = [nameOf(issuer), validity, nameOf(subject)]
  const body = der(
    0x30,
    version,
    serial,
    ecdsaWithSha256,
    ...names,
    publicKey,
    der(0xa3, der(0x30, extensions)),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, issuerKey))
  const base64 = der(0x30, body, ecdsaWithSha256, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`
}

function nameOf(text: string): Buffer {
  return der(0x30, der(0x31, der(0x30, commonName, der(0x0c, Buffer.from(text)))))
}

function extension(id: Buffer, value: Buffer): Buffer {
  return der(0x30, id, der(0x04, value))
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
