// What the instrumentations of Redis clients share; loaded with the first of them.
export { clipCommands, codeOfReply, keysOfCommand, maxShownArguments, textOfCommand } from './commands.ts'
export { describeServer, type RedisServer } from './server.ts'
