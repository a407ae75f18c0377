/** One thing HelpBot cannot work without. */
export interface Dependency {
  readonly name: string
  readonly ask: () => Promise<void>
}

const patience = 4_000
/** An answer is good for this long, so that probes do not become a load of their own. */
const fresh = 5_000

/** Something to be seen beside them, without which HelpBot works all the same; undefined = nothing to say. */
export interface Remark {
  readonly name: string
  readonly say: () => Promise<string | undefined>
}

export interface Readiness {
  readonly ready: boolean
  readonly detail: Record<string, string>
}

/** Asks every dependency whether it really answers. Says which does not, never why: the reason is in the log. */
export function readiness(
  dependencies: readonly Dependency[],
  complain: (name: string, error: unknown) => void,
  remarks: readonly Remark[] = [],
): () => Promise<Readiness> {
  let last: { at: number; answer: Promise<Readiness> } | undefined

  async function remarked({ name, say }: Remark): Promise<readonly [string, string][]> {
    try {
      const said = await Promise.race([say(), tooLate()])
      return said === undefined ? [] : [[name, said]]
    } catch (error) {
      complain(name, error)
      return [[name, 'unknown']]
    }
  }

  async function look() {
    const said = Promise.all(remarks.map(remarked))
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
    const ready = answers.every(([, state]) => state === 'ok')
    return { ready, detail: Object.fromEntries([...answers, ...(await said).flat()]) }
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
