/** Slack gives an answer three seconds; what takes longer is acknowledged after this time and its result follows. */
export const patience = 2_500

/** Answers a request of Slack's, once. */
export type Acknowledge = (answer?: object | string) => Promise<void>

/** Whether the work is over, well or badly, before Slack has to be answered. */
export async function isOverInTime(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), patience)
  })
  const over = work.then(
    () => true as const,
    () => true as const,
  )
  const first = await Promise.race([over, late])
  clearTimeout(timer)
  return first
}

/** Acknowledges when the work is done, or in time without it; resolves when both are over. */
export async function acknowledgeInTime(acknowledge: Acknowledge, work: Promise<void>): Promise<void> {
  await isOverInTime(work)
  await acknowledge()
  await work
}
