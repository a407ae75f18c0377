/** How long things take at most, in milliseconds. */
export interface LinkTimes {
  /** From being let in at the door to having proven who one is. */
  readonly greeting: number
  /** An agent is waited for. */
  readonly wait: number
  /** A command that reads, or one that writes, may be begun within this time of its making. */
  readonly read: number
  readonly write: number
  /** An answer may come so much later than its command may be begun. */
  readonly grace: number
  /** Between two looks at who is connected: revoked, silent, elsewhere, to make a new key. */
  readonly look: number
  /** An agent says nothing, though it speaks of its health every 15 seconds. */
  readonly silence: number
}

/** Of the practice company alone, where nobody waits in earnest. What keeps a connection alive stays as it is. */
export function hastened(times: LinkTimes, factor: number): LinkTimes {
  const { wait, read, write } = times
  return { ...times, wait: wait / factor, read: read / factor, write: write / factor }
}

export const linkTimes: LinkTimes = {
  greeting: 10_000,
  wait: 15_000,
  read: 15_000,
  write: 20_000,
  grace: 3_000,
  look: 5_000,
  silence: 45_000,
}
