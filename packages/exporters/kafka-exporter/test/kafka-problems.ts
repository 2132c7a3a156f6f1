import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KafkaSecurityOptions } from '@clew/settings'
import { createCertificates } from '../../../otlp/test/certificates.ts'

/** Listeners of the broker that tests start with certificates. */
export type Listener = 'url' | 'saslUrl' | 'tlsUrl' | 'scramUrl'

type Options = Partial<KafkaSecurityOptions>

/** Options that a listener does not take, what is said of it, and options that it takes. `{ca}` stands for the name of an option. */
export type SecurityProblem = {
  name: string
  listener: Listener
  wrong: Options
  says: string
  helps: string
  right: Options
}

const checkUser = 'Check {user}, {password} and {mechanism}'
const setCa = 'Set {ca} to a PEM file of their authority'
const setClient = 'Set {clientCertificate} and {clientKey} to one that they trust'
const closes = 'They may speak TLS there or want a user: check {tls} and {user}, or start them'
const unsetTls = 'Set another port in {brokers}, or unset {tls}, {ca} and {clientCertificate}'

/** Certificates of two authorities, some of them in files of the folder, and what can be wrong with them. The broker has `ours`. */
export function securityProblems(folder: string) {
  const [ours, theirs] = [createCertificates(), createCertificates()]
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const ca = file('ca.pem', ours.ca)
  const otherCa = file('other-ca.pem', theirs.ca)
  const client = {
    ca,
    clientCertificate: file('client.pem', ours.client.cert),
    clientKey: file('key.pem', ours.client.key),
  }
  const otherClient = {
    ca,
    clientCertificate: file('other-client.pem', theirs.client.cert),
    clientKey: file('other-key.pem', theirs.client.key),
  }
  const user = { user: 'clew', password: 'secret' }
  const wrongUser = { user: 'clew', password: 'not-the-password' }

  const problems: readonly SecurityProblem[] = [
    {
      ...{ name: 'a wrong password', listener: 'saslUrl', wrong: wrongUser, right: user },
      says: 'the brokers do not take user and password (SASL_AUTHENTICATION_FAILED)',
      helps: checkUser,
    },
    {
      ...{ name: 'a wrong password by SCRAM', listener: 'scramUrl' },
      wrong: { ca, ...wrongUser, mechanism: 'scram-sha-512' },
      right: { ca, ...user, mechanism: 'scram-sha-512' },
      says: 'the brokers do not take user and password (SASL_AUTHENTICATION_FAILED)',
      helps: checkUser,
    },
    {
      ...{ name: 'a wrong mechanism', listener: 'scramUrl', wrong: { ca, ...user } },
      right: { ca, ...user, mechanism: 'scram-sha-256' },
      says: 'the brokers do not know the mechanism (UNSUPPORTED_SASL_MECHANISM)',
      helps: 'Set {mechanism} to one that they have enabled there',
    },
    {
      ...{ name: 'a user where none is wanted', listener: 'url', wrong: user, right: {} },
      says: 'the brokers ask for no user there (ILLEGAL_SASL_STATE)',
      helps: 'Set another port in {brokers}, or unset {user} and {password}',
    },
    {
      ...{ name: 'no user where one is wanted', listener: 'saslUrl', wrong: {}, right: user },
      says: 'the brokers close the connection (Connection closed)',
      helps: closes,
    },
    {
      ...{
        name: 'the authority of others',
        listener: 'tlsUrl',
        wrong: { ...client, ca: otherCa },
        right: client,
      },
      says: 'the certificate of the brokers is not trusted (certificate signature failure)',
      helps: setCa,
    },
    {
      ...{ name: 'no certificate of the client', listener: 'tlsUrl', wrong: { ca }, right: client },
      says: 'the brokers do not take the certificate of this client, or want one (ssl/tls alert bad certificate)',
      helps: setClient,
    },
    {
      ...{
        name: 'a certificate that the brokers do not know',
        listener: 'tlsUrl',
        wrong: otherClient,
        right: client,
      },
      says: 'the brokers do not take the certificate of this client, or want one (ssl/tls alert certificate unknown)',
      helps: setClient,
    },
    {
      ...{ name: 'the key of another certificate', listener: 'tlsUrl', right: client },
      wrong: { ...client, clientKey: otherClient.clientKey },
      says: 'the certificates cannot be used (error:05800074:x509 certificate routines::key values mismatch)',
      helps:
        'Check {ca}, {clientCertificate} and {clientKey}: the last two belong together, and the key has no passphrase',
    },
    {
      ...{ name: 'TLS where there is none', listener: 'url', wrong: { tls: true }, right: {} },
      says: 'the brokers speak no TLS there (Client network socket disconnected before secure TLS connection was established)',
      helps: unsetTls,
    },
    {
      ...{ name: 'no TLS where it is spoken', listener: 'tlsUrl', wrong: {}, right: client },
      says: 'the brokers speak TLS there (Broker requires TLS.)',
      helps: 'Set {tls}, or another port in {brokers}',
    },
    {
      ...{ name: 'SASL without TLS where both are wanted', listener: 'scramUrl' },
      wrong: { ...user, mechanism: 'scram-sha-256' },
      right: { ca, ...user, mechanism: 'scram-sha-256' },
      says: 'the brokers close the connection (Connection closed)',
      helps: closes,
    },
  ]
  return { ours, client, ca, user, problems }
}
