/** One thing HelpBot cannot work without. */
export interface Dependency {
  readonly name: string
  readonly ask: () => Promise<void>
}

const patience = 4_000
/** An answer is good for this long, so that probes do not become a load of their own. */
const fresh = 5_000

/** Asks every dependency whether it really answers. Says which does not, never why: the reason is in the log. */
export function readiness(
  dependencies: readonly Dependency[],
  complain: (name: string, error: unknown) => void,
): () => Promise<{ ready: boolean; detail: Record<string, 'ok' | 'failing'> }> {
  let last: { at: number; answer: Promise<{ ready: boolean; detail: Record<string, 'ok' | 'failing'> }> } | undefined

  async function look() {
    const answers = await Promise.all(
      dependencies.map(async ({ name, ask }) => {
        try {
          await Promise.race([ask(), tooLate()])
          return [name, 'ok'] as const
        } catch (error) {
          complain(name, error)
          return [name, 'failing'] as const
        }
      }),
    )
    return { ready: answers.every(([, state]) => state === 'ok'), detail: Object.fromEntries(answers) }
  }

  return () => {
    const now = performance.now()
    if (!last || now - last.at > fresh) last = { at: now, answer: look() }
    return last.answer
  }
}

function tooLate(): Promise<never> {
  return new Promise((_, fail) =>
    setTimeout(() => fail(new Error(`no answer within ${patience} ms`)), patience).unref(),
  )
}
