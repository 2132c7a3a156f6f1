import { expect, test } from 'vitest'
import { otelSettingNames } from '../problems.ts'
import { remedyOf, remedyOfProxy } from './remedies.ts'

test.for<[string, string]>([
  ['connect ECONNREFUSED 127.0.0.1:4318', 'Start the receiver or set OTEL_EXPORTER_OTLP_ENDPOINT'],
  [
    'self-signed certificate in certificate chain',
    'Set OTEL_EXPORTER_OTLP_CERTIFICATE to the CA of the receiver',
  ],
  ['unable to verify the first certificate', 'Set OTEL_EXPORTER_OTLP_CERTIFICATE to the CA of the receiver'],
  ['certificate has expired', 'Renew the certificate of the receiver'],
  ['certificate is not yet valid', 'Check the clock, and the certificate of the receiver'],
  [
    "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
    'Set OTEL_EXPORTER_OTLP_ENDPOINT to a name that is in the certificate of the receiver',
  ],
  [
    'write EPROTO 40A7:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl3_record.c:354:',
    'The receiver speaks no TLS there: write http:// in OTEL_EXPORTER_OTLP_ENDPOINT',
  ],
  [
    'read ECONNRESET: 40A7:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:',
    'Check the certificate of the client: the receiver does not take it, or wants one',
  ],
  ['HTTP 503', 'Check the receiver and OTEL_EXPORTER_OTLP_ENDPOINT'],
  [
    'HTTP 400 Client sent an HTTP request to an HTTPS server.',
    'The receiver speaks TLS there: write https:// in OTEL_EXPORTER_OTLP_ENDPOINT',
  ],
  ['HTTP 400 bad', 'Check that the address is an OTLP receiver of this signal'],
  ['HTTP 401 who', 'Check the credentials in OTEL_EXPORTER_OTLP_HEADERS'],
  ['gRPC PERMISSION_DENIED no', 'Check the credentials in OTEL_EXPORTER_OTLP_HEADERS'],
  [
    'gRPC PERMISSION_DENIED this receiver is not to be called as evil.example',
    'Let the receiver allow that name (--allowed-hosts), or set OTEL_EXPORTER_OTLP_ENDPOINT to one that it has',
  ],
  [
    'HTTP 403 this desk is not to be called as evil.example; --allowed-hosts adds a name',
    'Let the receiver allow that name (--allowed-hosts), or set OTEL_EXPORTER_OTLP_ENDPOINT to one that it has',
  ],
  [
    'gRPC UNIMPLEMENTED unknown method',
    'Check the path of OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL',
  ],
  [
    'HTTP 407',
    'A proxy on the way wants a user and a password: NODE_USE_ENV_PROXY=1 has Node read HTTP_PROXY',
  ],
  ['HTTP 301', 'Redirects are not followed: set OTEL_EXPORTER_OTLP_ENDPOINT to the final address'],
])('the remedy fits the failure: %s', ([failure, remedy]) => {
  expect(remedyOf(failure, otelSettingNames)).toBe(remedy)
})

test.for([
  'HTTP 500 error 404: no such tenant',
  'HTTP 503 certificate has expired upstream',
  'gRPC UNAVAILABLE: connect ECONNREFUSED, 401 before',
  'gRPC INTERNAL this receiver is not to be called as x',
])('what a receiver says beside its status chooses no other remedy: %s', (failure) => {
  expect(remedyOf(failure, otelSettingNames)).toBe('Check the receiver and OTEL_EXPORTER_OTLP_ENDPOINT')
})

const unclear = 'Check the receiver and the proxy in https_proxy, or name the receiver in NO_PROXY'
const certain = 'Check the proxy in https_proxy, or name the receiver in NO_PROXY'

test.for<[string, string | undefined]>([
  ['the variable of the proxy has no address of one', 'Write https_proxy as http://host:port'],
  ['HTTP 407', 'Check the user and the password in https_proxy'],
  [
    'Failed to establish tunnel to c:443 via http://p:1/: HTTP/1.1 407 Proxy Authentication Required',
    'Check the user and the password in https_proxy',
  ],
  ['Failed to establish tunnel to c:443 via http://p:1/: HTTP/1.1 502 No', certain],
  ['Connection to establish proxy tunnel ended unexpectedly', certain],
  ['connect ECONNREFUSED 127.0.0.1:3128', unclear],
  ['getaddrinfo ENOTFOUND proxy.example', unclear],
  ['socket hang up', unclear],
  ['Parse Error: Expected HTTP/, RTSP/ or ICE/', unclear],
  ['no answer in 10000 ms', unclear],
  ['certificate has expired', undefined],
  ['HTTP 401', undefined],
])('where a proxy is on the way the remedy names its variable: %s', ([failure, remedy]) => {
  const variables = { no_proxy: 'x', https_proxy: 'http://p:1', HTTPS_PROXY: 'http://q:1' }
  expect(remedyOfProxy(failure, variables)).toBe(remedy)
})
