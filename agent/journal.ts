import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { privateFolder, writeDurably } from './durable-file.ts'
import { resultFrame } from './protocol/frames.ts'

export type Outcome = z.infer<typeof resultFrame>['outcome']

/** What the journal knows of a command: begun and perhaps done, or ended. */
export interface Entry {
  readonly id: string
  readonly do: string
  /** Milliseconds since 1970, by our own clock. */
  readonly begunAt: number
  /** Undefined: begun, and what became of it was never written down. */
  readonly outcome: Outcome | undefined
}

/** Makes each command run once, across connections and crashes. */
export interface Journal {
  find(id: string): Entry | undefined
  /** On disk before it returns: only then may the command be run. @throws JournalFault */
  begin(id: string, command: string): Promise<void>
  /** On disk before it returns: only then may it be answered. The outcome must hold no secret. @throws JournalFault */
  end(id: string, outcome: Outcome): Promise<void>
  /** Why nothing can be written down, in words for IT; undefined when it can. */
  readonly fault: string | undefined
  close(): Promise<void>
}

/** Nothing may be changed: it could not be known afterwards that it was. */
export class JournalFault extends Error {
  /** What was run before is not known either: a command may have been run already. */
  readonly maybeDone: boolean
  constructor(because: string, options: { readonly maybeDone: boolean; readonly cause?: unknown }) {
    super(because, { cause: options.cause })
    this.name = 'JournalFault'
    this.maybeDone = options.maybeDone
  }
}

const line = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('begun'), id: z.uuid(), do: z.string().max(40), at: z.number() }),
  z.strictObject({ what: z.literal('ended'), id: z.uuid(), outcome: resultFrame.shape.outcome }),
])
type Line = z.infer<typeof line>

/** A command lives for seconds, and for ten minutes at the very most: nobody asks for one after an hour. */
const entryLives = 3_600_000
/** More in an hour is no work but a flood: it must fill neither memory nor disk, nor outlast whoever sent it. */
const mostEntries = 100_000
const compactAbove = 4_194_304

/**
 * One file of JSON lines that only grows, until it is rewritten without what nobody asks for any more. One that cannot be written or
 * understood is no error here but a `fault`: reading goes on without it.
 * @param folder the agent's data folder; made when it is not there
 * @param clock our own
 * @param largest bytes above which the file is rewritten
 * @param most commands that are remembered; of more none is begun
 */
export async function openJournal(
  folder: string,
  clock: () => Date,
  largest = compactAbove,
  most = mostEntries,
): Promise<Journal> {
  const path = join(folder, 'journal.jsonl')
  const entries = new Map<string, Entry>()
  let file: FileHandle | undefined
  let size = 0
  let sizeWhenRewritten = 0
  let fault: JournalFault | undefined
  let closed = false
  /** One after the other: a line stands whole on disk before the next one is begun. */
  let last: Promise<void> = Promise.resolve()

  function forgetOld(): void {
    const oldest = clock().getTime() - entryLives
    for (const [id, { begunAt }] of entries) if (begunAt < oldest) entries.delete(id)
  }
  /** The file anew, from what is known: also what mends it after a line that was written by half. */
  async function rewrite(): Promise<FileHandle> {
    await file?.close()
    file = undefined
    forgetOld()
    const text = [...entries.values()].flatMap(asLines).map(asText).join('')
    await privateFolder(folder)
    await writeDurably(path, text)
    sizeWhenRewritten = size = Buffer.byteLength(text)
    file = await open(path, 'a', 0o600)
    return file
  }
  async function appendNow(one: Line): Promise<void> {
    if (fault?.maybeDone) throw fault
    if (closed) throw new JournalFault(`the journal ${path} is closed`, { maybeDone: false })
    try {
      const isLarge = size > Math.max(largest, 2 * sizeWhenRewritten)
      const target = file && !isLarge ? file : await rewrite()
      const text = asText(one)
      await target.appendFile(text, 'utf8')
      await target.datasync()
      size += Buffer.byteLength(text)
      fault = undefined
    } catch (error) {
      await file?.close().catch(() => undefined)
      file = undefined
      fault = unwritable(path, error)
      throw fault
    }
  }
  function append(one: Line): Promise<void> {
    const written = last.then(() => appendNow(one))
    last = written.catch(() => undefined)
    return written
  }

  try {
    for (const one of linesOf(path, await textOf(path))) take(entries, one)
    await rewrite()
  } catch (error) {
    fault = error instanceof JournalFault ? error : unwritable(path, error)
  }
  return {
    find: (id) => entries.get(id),
    async begin(id, command) {
      if (entries.size >= most) forgetOld()
      if (entries.size >= most)
        throw new JournalFault(`more than ${most} commands within an hour: nothing was done`, { maybeDone: false })
      const begunAt = clock().getTime()
      await append({ what: 'begun', id, do: command, at: begunAt })
      entries.set(id, { id, do: command, begunAt, outcome: undefined })
    },
    async end(id, outcome) {
      const entry = entries.get(id)
      // Known from now on, even if the disk is full: a repeat is answered rightly at least until this process ends.
      if (entry) entries.set(id, { ...entry, outcome })
      await append({ what: 'ended', id, outcome })
    },
    get fault() {
      return fault?.message
    },
    async close() {
      await last
      closed = true
      await file?.close()
      file = undefined
    },
  }
}

const unwritable = (path: string, cause: unknown): JournalFault =>
  new JournalFault(`the journal ${path} cannot be written, so nothing is changed (${wordsOf(cause)})`, {
    maybeDone: false,
    cause,
  })

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** What stands in the file cannot be understood: nobody knows which commands were run. */
const damaged = (path: string, number: number): JournalFault =>
  new JournalFault(
    `the journal ${path} is damaged in line ${number}, so nothing is changed: stop the agent for ten minutes, until every command has run out, move that file away and start it again`,
    { maybeDone: true },
  )

function linesOf(path: string, text: string): Line[] {
  const lines = text.split('\n')
  // Behind the last line break stands nothing, or a line that was being written when the power went: nothing came of it.
  return lines.slice(0, -1).map((one, index) => {
    try {
      return line.parse(JSON.parse(one))
    } catch {
      throw damaged(path, index + 1)
    }
  })
}

function take(entries: Map<string, Entry>, one: Line): void {
  if (one.what === 'begun') {
    entries.set(one.id, { id: one.id, do: one.do, begunAt: one.at, outcome: undefined })
    return
  }
  const entry = entries.get(one.id)
  if (entry) entries.set(one.id, { ...entry, outcome: one.outcome })
}

const asLines = ({ id, do: command, begunAt, outcome }: Entry): Line[] => [
  { what: 'begun', id, do: command, at: begunAt },
  ...(outcome ? [{ what: 'ended' as const, id, outcome }] : []),
]
const asText = (one: Line): string => `${JSON.stringify(one)}\n`

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
}
