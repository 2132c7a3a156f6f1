import type { Command } from '../command.ts'

type Job = (words: readonly string[]) => Promise<number>

/** Loaded when they are asked for: the engine of alerts takes longer to load than all the rest of the command. */
const jobs: Readonly<Record<string, () => Promise<Job>>> = {
  check: async () => (await import('./alert/check.ts')).checkRules,
  test: async () => (await import('./alert/test.ts')).testRules,
  run: async () => (await import('./alert/run.ts')).runRules,
}

export const alertCommand: Command = {
  usage: `clew alert check <alerts.yaml>
clew alert test <alerts.yaml> --replay FILE|--desk [URL] [options]
clew alert run <alerts.yaml> --from SOURCE [options]

check   reads the rule file and says all that is wrong with it, each with its line, what was found and what to write.
test    runs the rules over a log that is there already, and prints the alerts that live would have given, with the same
        ids, and for each rule how often it decided what. Time is that of the records; nothing is sent.

  --replay FILE   lines of JSON: OTLP JSON as a collector's file exporter writes it, or log objects as pino and winston
                  write them; "-" reads stdin
  --desk [URL]    what a running desk has, each line when it came (CLEW_DESK_URL; default http://localhost:4318)
  --token TOKEN   its token to read, when it has one (CLEW_DESK_TOKEN)
  --since AGE     only alerts of the last 15m, 2h, 7d; lines from before fill their windows
  --from TIME     only alerts from then on: 2026-11-29T10:00, or unix milliseconds
  --to TIME       only alerts before then
  --imported      the lines that were imported into the desk, instead of those that were sent to it
  --why           also each decision: fired, cooling, late, …; the last thousand
  --json          one JSON object an alert

run     judges what comes, and sends; as many processes as there are may share a Kafka topic or Redis streams, and a state in
        Redis: they count together, and none is needed. Ctrl-C ends it.

  --from SOURCE   kafka://user:password@host:9092,other:9092/topic, with ?group=, protocol=consumer (KIP-848),
                  begin=earliest, tls=true, ca=FILE, cert=FILE, key=FILE, sasl=scram-sha-256; what it does not say,
                  CLEW_KAFKA_USER, _PASSWORD, _TLS, _CA, _CLIENT_CERTIFICATE, _CLIENT_KEY and _MECHANISM do; needs the
                  package @platformatic/kafka
                  redis://host:6379/0/stream,other, with ?group=, begin=earliest; needs the package ioredis
                  otlp://127.0.0.1:4318 receives OTLP over HTTP (CLEW_ALERT_INGEST_TOKEN); "-" reads lines on stdin
  --state STATE   redis://host:6379 for several processes, or a file for one (default ~/.local/state/clew/alerts.db)
  --desk URL      of links in messages; goes before the one in the file
  --metrics-port N         shows metrics to Prometheus there, at /metrics (0: on a free port), to this machine alone unless
  --metrics-host ADDRESS   says otherwise, such as 0.0.0.0
`,
  goesOn: ([job]) => job === 'run',
  run: async ([job, ...words]) => {
    const load = job === undefined || !Object.hasOwn(jobs, job) ? undefined : jobs[job]
    if (load !== undefined) return (await load())(words)
    const what = job === undefined ? 'say what to do' : `there is no ${JSON.stringify(job)}`
    throw new Error(`${what}; write check, test or run`)
  },
}
