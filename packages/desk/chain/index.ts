export {
  type AlignedRow,
  type Alignment,
  alignChains,
  changeThreshold,
  differs,
  type Sum,
  type Verdict,
} from './align-chains.ts'
export { buildChain, type ChainOptions, type ChainTimes, timeChain } from './build-chain.ts'
export { chainAsMarkdown } from './chain-markdown.ts'
export { type ChainTextOptions, chainAsText } from './chain-text.ts'
export { compareChains, comparisonAsText } from './compare-text.ts'
export { type ComparedView, comparedRows, isRowOpen, nameInFirst, totalChange } from './compared-rows.ts'
export {
  type ChainRecord,
  chooseRecords,
  type KeptRecords,
  keepRecords,
} from './cut-chain.ts'
export { describeKeeping } from './describe-keeping.ts'
export { describeHints, describeRow } from './describe-row.ts'
export { type ChainLabels, englishLabels, fillLabel } from './labels.ts'
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
export {
  isOpen,
  levelOf,
  nearestRow,
  nextError,
  nextOf,
  parentOf,
  reveal,
  rowOf,
  type Ticks,
  ticksOf,
  visibleRows,
} from './rows.ts'
export { searchChain } from './search.ts'
export { type AxisPiece, foldedTime, type TimeAxis } from './time-axis.ts'
