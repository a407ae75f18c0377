/** The known name that was probably meant, or undefined when none is near. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const word = written.slice(0, 60).toLowerCase()
  const best = known
    .map((name) => ({ name, steps: steps(word, name.toLowerCase()) }))
    .sort((one, other) => one.steps - other.steps)[0]
  if (best && best.steps <= Math.max(1, Math.floor(best.name.length / 3))) return best.name
  return known.find((name) => word.length > 2 && name.toLowerCase().includes(word))
}

/** Letters to add, drop or change to come from one word to the other (Levenshtein's distance). */
function steps(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...to].entries()) {
      const change = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
