import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { AgentError } from '../agent-error.ts'
import { privateFolder, writeDurably } from '../durable-file.ts'
import { type PolicedOperation, policedOperations } from './policy.ts'

/** How many writes an hour; what is left out has no limit of its own but that of `all`, which is 0 when it is left out. */
export type PerHour = { readonly [Name in PolicedOperation | 'all']?: number | undefined }

const minute = 60_000
const hour = 60

/** How many of an operation were spent within one minute, counted from 1970. */
const spent = z.strictObject({ minute: z.int(), operation: z.enum(policedOperations), count: z.int().min(1) })
const ledger = z.strictObject({ version: z.literal(1), spent: z.array(spent).max(10_000) })
type Spent = z.infer<typeof spent>

/**
 * Counts writes against caps, in a sliding hour by the minute (up to a minute longer, never shorter). The count is on disk before the
 * write is done, so that neither a crash nor a restart gives anything back.
 * @param file is made when it is not there; one that cannot be read allows nothing
 * @returns `spend` @throws AgentError forbidden (alarm cap) when a cap is reached or the file is damaged, internal when it cannot be
 *   written
 */
export function countingCaps(
  file: string,
  perHour: PerHour,
  clock: () => Date,
): (operation: PolicedOperation) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve()

  async function spendAlone(operation: PolicedOperation): Promise<void> {
    const now = Math.floor(clock().getTime() / minute)
    // What lies in the future counts too: a clock that was put back must not open what was closed.
    const recent = (await read(file)).filter((one) => one.minute >= now - hour)
    const count = (among: readonly Spent[]) => among.reduce((sum, one) => sum + one.count, 0)
    refuseOver('all', count(recent), perHour.all ?? 0)
    const own = perHour[operation]
    if (own !== undefined) refuseOver(operation, count(recent.filter((one) => one.operation === operation)), own)
    const same = (one: Spent) => one.minute === now && one.operation === operation
    const counted = { minute: now, operation, count: (recent.find(same)?.count ?? 0) + 1 }
    await write(file, [...recent.filter((one) => !same(one)), counted])
  }

  return (operation) => {
    // One after the other: two that read the same count would both fit.
    const mine = last.then(() => spendAlone(operation))
    last = mine.catch(() => {
      // It is told to whoever spent.
    })
    return mine
  }
}

function refuseOver(what: string, count: number, cap: number): void {
  if (count < cap) return
  throw new AgentError('forbidden', `the cap policy.perHour.${what} of ${cap} an hour is reached`, { alarm: 'cap' })
}

async function read(file: string): Promise<readonly Spent[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return []
    throw new AgentError('internal', `${file}, which counts writes, cannot be read: nothing is written`, {
      cause: error,
    })
  }
  const parsed = ledger.safeParse(json(text))
  if (parsed.success) return parsed.data.spent
  throw new AgentError(
    'forbidden',
    `${file}, which counts writes, is damaged: nothing is written. Look at why, then move it away; counting begins anew`,
    { alarm: 'cap' },
  )
}

async function write(file: string, entries: readonly Spent[]): Promise<void> {
  try {
    await privateFolder(dirname(file))
    await writeDurably(file, JSON.stringify({ version: 1, spent: entries }))
  } catch (error) {
    throw new AgentError('internal', `${file}, which counts writes, cannot be written: nothing else is either`, {
      cause: error,
    })
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Where the count stands in the agent's data folder. */
export const capsFile = (dataFolder: string): string => join(dataFolder, 'writes-this-hour.json')
