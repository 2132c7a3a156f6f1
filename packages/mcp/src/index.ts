export { createMcpAnswer, type McpAnswer, type McpCall, type McpReply } from './answer-post.ts'
export { serveStdio } from './serve-stdio.ts'
export type { Offer, Tool, ToolAnswer } from './tool.ts'
