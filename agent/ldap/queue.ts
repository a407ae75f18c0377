import { AgentError } from '../agent-error.ts'

/** Does at most so many things at once, in the order they came. @throws AgentError throttled when too many wait already */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>

export function openQueue({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }): Queue {
  let running = 0
  const line: (() => void)[] = []
  return async (work) => {
    if (running >= atOnce) {
      if (line.length >= waiting) throw new AgentError('throttled', `${waiting} LDAP operations wait already`)
      // Whoever ends hands the place over, so that `running` stays as it is.
      await new Promise<void>((go) => line.push(go))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = line.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
