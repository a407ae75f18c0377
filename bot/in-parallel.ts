/** Works on all of them, so many at a time, begun in their order. What one throws stops none of the others; `failed` hears of it. */
export async function inParallel<T>(
  all: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<void>,
  failed: (one: T, error: unknown) => void,
): Promise<void> {
  const waiting = all.values()
  const worker = async (): Promise<void> => {
    for (const one of waiting) await work(one).catch((error: unknown) => failed(one, error))
  }
  await Promise.all(Array.from({ length: Math.min(Math.max(1, atOnce), all.length) }, worker))
}
