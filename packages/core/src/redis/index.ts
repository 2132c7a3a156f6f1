// What the instrumentations of Redis clients share; loaded with the first of them.
export {
  clipCommands,
  codeOfReply,
  keysOfCommand,
  knownKeysOf,
  maxShownArguments,
  nameOfCommand,
  textOfCommand,
} from './commands.ts'
export { describeServer, type RedisServer } from './server.ts'
