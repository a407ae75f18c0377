import { dueReadOuts, endReadOut, readOutPost } from '../approvals/read-outs.ts'
import type { Ground } from './ground.ts'
import { whatWasMade } from './read-out-ground.ts'

type EndingGround = Pick<Ground, 'database' | 'clock'>

/** Ends a page of those that nobody has read out in time. @returns cards to be brought out */
export async function expireReadOuts(ground: EndingGround): Promise<readonly string[]> {
  const cards: string[] = []
  for (const { dialogId, reader } of await dueReadOuts(ground)) {
    const sentence = `${reader.name} did not answer in time, and the proofs have run out. ${await whatWasMade(ground, dialogId)}`
    const end = { state: 'expired', sentence, closing: 'Too late: this request has run out.' } as const
    if (await endReadOut(ground, dialogId, end)) cards.push(readOutPost(dialogId))
  }
  return cards
}

/** The dialog ended: nobody needs it any more. @returns cards to be brought out */
export async function withdrawReadOut(ground: EndingGround, dialogId: string): Promise<readonly string[]> {
  const end = { state: 'failed', sentence: 'It is not needed any more.', closing: 'Not needed any more.' } as const
  return (await endReadOut(ground, dialogId, end)) ? [readOutPost(dialogId)] : []
}
