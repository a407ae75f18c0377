import type { Receipt } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Changed } from './operation.ts'

/** Runs one write and says how it went, as a value: what a directory refuses is an answer, not a crash. */
export async function attempt(name: string, write: () => Promise<Receipt>): Promise<Changed> {
  try {
    const { requestId, onPremises } = await write()
    // An agent's command is found in the agent's own journal, by its id.
    const written: Readonly<Record<string, string>> = onPremises
      ? { agent: onPremises.agent, controller: onPremises.controller, 'command-id': requestId ?? 'none' }
      : { [`${name}-request-id`]: requestId ?? 'none' }
    return { fate: 'accepted', sentence: '', detail: written }
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return {
      fate: error.maybeDone ? 'lost' : 'refused',
      sentence: error.sentence,
      detail: {
        [`${name}-error`]: `${error.code}: ${error.detail}`.slice(0, 500),
        [`${name}-request-id`]: error.requestId ?? 'none',
      },
    }
  }
}

/** Asks until `look` sees what it hopes for or the tries are used up: directories answer from replicas that lag. */
export async function lookUntil(
  look: () => Promise<boolean>,
  tries: number,
  pause: () => Promise<void>,
): Promise<'seen' | 'not-seen' | 'unknown'> {
  let answered = false
  for (let turn = 1; turn <= tries; turn++) {
    try {
      if (await look()) return 'seen'
      answered = true
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error
    }
    if (turn < tries) await pause()
  }
  return answered ? 'not-seen' : 'unknown'
}
