/**
 * How many typing slips lie between two words, or undefined when they are not each other's misspelling: one slip for words of
 * four to six letters, two from eight on (seven allows two only with the same first two letters). A slip is a letter too many, too few, wrong, or two swapped
 * (optimal string alignment, the restricted form of Damerau 1964). The first letter must be right or swapped with the second.
 */
export function closeness(word: string, target: string): number | undefined {
  const shorter = Math.min(word.length, target.length)
  if (shorter < 4 || Math.abs(word.length - target.length) > 2) return undefined
  const allowed = slipsAllowed(word, target)
  if (Math.abs(word.length - target.length) > allowed) return undefined
  const swapped = word[0] === target[1] && word[1] === target[0]
  if (word[0] !== target[0] && !swapped) return undefined
  const slips = distance(word, target)
  return slips <= allowed ? slips : undefined
}

function slipsAllowed(word: string, target: string): number {
  if (target.length >= 8) return 2
  return target.length === 7 && word.slice(0, 2) === target.slice(0, 2) ? 2 : 1
}

function distance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      )
      const crossed = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (crossed) cost = Math.min(cost, at(beforePrevious, column - 2) + 1)
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
