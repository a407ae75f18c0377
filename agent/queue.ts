/** One thing to do. Reads have no keys; a write names everything that it touches. */
export interface Waiting {
  readonly writes: boolean
  /** Of two writes with a key in common, the later one waits. */
  readonly keys: readonly string[]
  /** Never fails. */
  run(): Promise<void>
  /** Called instead, when the queue is emptied before its turn came. */
  dropped(): void
}

export interface CommandQueue {
  /** False when there is no room: nothing will be done. */
  add(work: Waiting): boolean
  /** What waits and what runs. */
  readonly length: number
  /** Drops what waits, and waits for what runs, at most so many milliseconds. */
  drain(longest: number): Promise<void>
}

const readsAtOnce = 16
const writesAtOnce = 4
const mostWaiting = 200

/** Runs what is added in the order in which it came, several at once; writes on the same object one after the other. */
export function commandQueue(): CommandQueue {
  const waiting: Waiting[] = []
  const running = new Set<Waiting>()
  let emptied: (() => void) | undefined

  function startWhatMay(): void {
    const inOrder = waiting.splice(0)
    // Keys of writes that still wait: a later one must not overtake them.
    const ahead = new Set<string>()
    for (const work of inOrder) {
      if (mayStart(work, ahead)) void start(work)
      else {
        waiting.push(work)
        for (const key of work.keys) ahead.add(key)
      }
    }
    if (running.size === 0) emptied?.()
  }
  function mayStart(work: Waiting, ahead: ReadonlySet<string>): boolean {
    const alike = [...running].filter(({ writes }) => writes === work.writes)
    if (alike.length >= (work.writes ? writesAtOnce : readsAtOnce)) return false
    return !work.keys.some((key) => ahead.has(key) || alike.some(({ keys }) => keys.includes(key)))
  }
  async function start(work: Waiting): Promise<void> {
    running.add(work)
    await work.run()
    running.delete(work)
    startWhatMay()
  }

  return {
    add(work) {
      if (waiting.length >= mostWaiting) return false
      waiting.push(work)
      startWhatMay()
      return true
    },
    get length() {
      return waiting.length + running.size
    },
    async drain(longest) {
      for (const work of waiting.splice(0)) work.dropped()
      if (running.size === 0) return
      let patience: NodeJS.Timeout | undefined
      await Promise.race([
        new Promise<void>((resolve) => {
          emptied = resolve
        }),
        new Promise<void>((resolve) => {
          patience = setTimeout(resolve, longest)
        }),
      ])
      clearTimeout(patience)
    },
  }
}
