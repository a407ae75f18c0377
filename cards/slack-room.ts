import { lengths } from './bind.ts'
import type { Block, Drawn } from './slack-blocks.ts'
import { plainText } from './slack-text.ts'

export interface Room {
  readonly blocks: number
  /** Of the blocks as JSON, in UTF-16 units. */
  readonly characters: number
}

/** Draws with shorter and shorter texts until it fits; what still does not is left out from below, and counted. */
export function drawWithin(draw: (longest: number) => readonly Drawn[], room: Room): Block[] {
  let drawn: readonly Drawn[] = []
  for (const longest of lengths) {
    drawn = draw(longest)
    if (sizeOf(blocksOf(drawn)) <= room.characters) break
  }
  return leaveOut(drawn, room)
}

function leaveOut(drawn: readonly Drawn[], room: Room): Block[] {
  let blocks = blocksOf(drawn)
  let kept = drawn
  let gone = 0
  let edge = drawn.length
  while (blocks.length > room.blocks || sizeOf(blocks) > room.characters) {
    const last = kept.findLastIndex((one, index) => !one.asks && index < edge)
    if (last < 0) return blocks
    gone += kept[last]?.things ?? 0
    kept = kept.toSpliced(last, 1)
    edge = last
    blocks = blocksOf(kept.toSpliced(edge, 0, more(gone)))
  }
  return blocks
}

function more(gone: number): Drawn {
  const text = plainText(`… and ${gone} more`, 100)
  return { asks: true, blocks: [{ type: 'context', elements: [text] }], things: 0 }
}

function blocksOf(drawn: readonly Drawn[]): Block[] {
  return drawn.flatMap(({ blocks }) => blocks)
}

function sizeOf(blocks: readonly Block[]): number {
  return JSON.stringify(blocks).length
}
