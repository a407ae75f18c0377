const open = new Set<() => Promise<void>>()

/** What must be closed even where a measurement is interrupted. @returns closes it, once however often it is called */
export function closedInAnyCase(ends: readonly (() => Promise<unknown> | unknown)[]): () => Promise<void> {
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= inReverse(ends).finally(() => open.delete(close))
    return closing
  }
  open.add(close)
  return close
}

/** One that fails keeps none of the others from being closed. @throws the first error */
async function inReverse(ends: readonly (() => Promise<unknown> | unknown)[]): Promise<void> {
  const errors: unknown[] = []
  for (const end of ends.toReversed())
    try {
      await end()
    } catch (error) {
      errors.push(error)
    }
  if (errors.length > 0) throw errors[0]
}

/** Closes everything that is open before the process ends by a signal. */
export function closeWhenInterrupted(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, async () => {
      await Promise.allSettled([...open].map((close) => close()))
      process.exit(1)
    })
}
