export { buildChain, type ChainOptions } from './build-chain.ts'
export {
  type Chain,
  type ChainGroup,
  type ChainNote,
  type ChainView,
  type ClockSkew,
  type CriticalPath,
  type ErrorPath,
  fullView,
  hasChildren,
  hasFlag,
  kindOf,
  type LostSpan,
  type NodeFlag,
  type NodeKind,
  nodeFlags,
  nodeKinds,
} from './model.ts'
