import fc from 'fast-check'
import { watch } from './watchdog.ts'

/** How many cases each parser is given. The whole folder is quick by default; the long run has 100,000. */
const cases = Number(process.env.HELPBOT_FUZZ_CASES ?? 800)
/** A failure is had again with the seed that is printed and the same number of cases. */
const seed = Number(process.env.HELPBOT_FUZZ_SEED ?? Date.now() % 2 ** 31)

/** From here on it is the long run. */
const manyCases = 50_000

/** No case takes longer, in milliseconds of this process's CPU: a busy machine must not decide. */
const longestCase = 100
/** Compiling and collecting garbage take time too: what took longer than this is run again, so often at most. */
const worthARepeat = 20
const mostTries = 8
const longestShrinking = 30_000

const ended: { readonly name: string; readonly cases: number; readonly worst: number }[] = []

before(() => console.log(`  fuzzing with HELPBOT_FUZZ_SEED=${seed} HELPBOT_FUZZ_CASES=${cases}`))
after(() => {
  const worst = ended.toSorted((one, other) => other.worst - one.worst)
  const total = ended.reduce((sum, one) => sum + one.cases, 0)
  console.log(`  fuzzing: ${ended.length} parsers and renderers, ${total} cases, seed ${seed}`)
  for (const one of cases >= manyCases ? worst : worst.slice(0, 3))
    console.log(`    ${one.worst.toFixed(1).padStart(6)} ms at most, ${one.cases} cases: ${one.name}`)
})

/**
 * One test: whatever comes in, `holds` does not throw, and takes no longer than 100 ms.
 * @param name of the parser or renderer, by which it stands in the table of the long run
 * @param holds throws when the answer is not what it must be
 * @param share of the cases in the short run, for what takes much longer than a parser
 * @param longest milliseconds of CPU, for what is the owner's own and read once, at the start
 */
export function fuzz<T>(
  name: string,
  input: fc.Arbitrary<T>,
  holds: (input: T) => unknown,
  { share = 1, longest = longestCase }: { readonly share?: number; readonly longest?: number } = {},
): void {
  it(name, async function () {
    this.timeout(0)
    const numRuns = cases >= manyCases ? cases : Math.max(10, Math.ceil(cases * share))
    const watched = watch(`${name}, HELPBOT_FUZZ_SEED=${seed} HELPBOT_FUZZ_CASES=${cases}`)
    let worst = 0
    let failedAt: number | undefined
    const property = fc.asyncProperty(input, async (given) => {
      watched.alive()
      // Looking for a smaller case that fails as well has an end, also where each takes long.
      if (failedAt !== undefined && Date.now() - failedAt > longestShrinking) return
      try {
        const counted = await quickest(holds, given, watched.alive)
        worst = Math.max(worst, counted)
        if (counted > longest) throw new Error(`it took ${counted.toFixed(0)} ms of CPU`)
      } catch (error) {
        failedAt ??= Date.now()
        throw error
      }
    })
    try {
      await fc.assert(property, { numRuns, seed: seedOf(name) })
    } catch (error) {
      throw new Error(`HELPBOT_FUZZ_SEED=${seed} HELPBOT_FUZZ_CASES=${cases}: ${wordsOf(error)}`)
    } finally {
      watched.over()
    }
    ended.push({ name, cases: numRuns, worst })
  })
}

async function costOf<T>(holds: (input: T) => unknown, input: T): Promise<number> {
  const start = process.cpuUsage()
  await holds(input)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

/** What seems long is run again, alone: milliseconds of the quickest run. */
async function quickest<T>(holds: (input: T) => unknown, input: T, alive: () => void): Promise<number> {
  let least = await costOf(holds, input)
  for (let again = 1; again < mostTries && least > worthARepeat; again++) {
    alive()
    least = Math.min(least, await costOf(holds, input))
  }
  return least
}

/** Each test has chance of its own, so that it does not matter which others run. */
function seedOf(name: string): number {
  let mixed = seed
  for (const letter of name) mixed = (Math.imul(mixed, 31) + (letter.codePointAt(0) ?? 0)) | 0
  return mixed
}

/** What fast-check says is as long as what it found. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `\n${error.cause.stack ?? ''}` : ''
  return `${error.message.slice(0, 3_000)}${cause.slice(0, 2_000)}`
}
