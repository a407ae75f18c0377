/** What somebody asked for in the middle of something else, and the cards that asked them about it. */
export interface Parked {
  readonly dialogs: readonly string[]
  readonly cards: readonly string[]
}

const place = 'parked'

export function parkedIn(memory: Readonly<Record<string, unknown>>): Parked {
  const kept = memory[place] as Partial<Parked> | undefined
  return { dialogs: kept?.dialogs ?? [], cards: kept?.cards ?? [] }
}

/** Keeps a dialog for later, and the key of the card that asked. */
export function park(memory: Readonly<Record<string, unknown>>, dialog: string, card: string): Record<string, unknown> {
  const { dialogs, cards } = parkedIn(memory)
  return { ...memory, [place]: { dialogs: [...new Set([...dialogs, dialog])], cards: [...cards, card] } }
}

/** Takes one out again: it is being started. */
export function unpark(memory: Readonly<Record<string, unknown>>, dialog: string): Record<string, unknown> {
  const { dialogs, cards } = parkedIn(memory)
  return { ...memory, [place]: { dialogs: dialogs.filter((one) => one !== dialog), cards } }
}
