// Not stable as of 2026-11: the name of a metric, used here as an attribute because a pool's wait is part of one query.
// https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#metric-dbclientconnectionwait_time

/** Seconds that `pool.query` waited for a connection. */
export const attrConnectionWaitTime = 'db.client.connection.wait_time'
