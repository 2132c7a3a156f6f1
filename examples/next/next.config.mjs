export default {
  // What Clew joins, and Clew itself, stay in node_modules, where Node.js tells of them.
  serverExternalPackages: [
    'winston',
    'pino',
    'pg',
    'ioredis',
    '@clew/node',
    '@clew/core',
    '@opentelemetry/api',
  ],
}
