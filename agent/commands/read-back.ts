import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'

/**
 * Reads after a write, on the controller that wrote.
 * @throws AgentError with `maybeDone`: the write itself was taken, and only what became of it is unknown
 */
export async function readBack<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    throw new AgentError(error.code, `it was written and could not be read back: ${error.detail}`, {
      maybeDone: true,
      cause: error,
    })
  }
}

/** Likewise where the answer of the write must arrive whatever the reading comes to. */
export async function readBackOrNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch {
    return null
  }
}

/** @throws AgentError conflict, when what was written does not stand there: somebody else writes too */
export function demandAsWritten(isSo: boolean, controller: Controller, seen: string): void {
  if (!isSo)
    throw new AgentError('conflict', `${controller.name} took the change, and does not show it: ${seen}`, {
      maybeDone: true,
    })
}
