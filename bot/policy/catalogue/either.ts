import { z } from 'zod'

/** Reads a value with the one form that was probably meant, so that faults speak of that one only. Left out counts as null. */
export function either<T>(formFor: (value: unknown) => z.ZodType<T>) {
  return z
    .unknown()
    .prefault(null)
    .transform((value, context): T => {
      const parsed = formFor(value).safeParse(value)
      if (parsed.success) return parsed.data
      // What was written there is found again by the path.
      for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: undefined })
      return z.NEVER
    })
}

/** Reads with a function; undefined = it will not do. */
export function readBy<T>(read: (value: unknown) => T | undefined, problem: string, fix: string) {
  return z
    .unknown()
    .prefault(null)
    .transform((value, context): T => {
      const known = read(value)
      if (known !== undefined) return known
      const message = value === null ? 'is missing' : problem
      context.issues.push({ code: 'custom', input: undefined, message, params: { fix } })
      return z.NEVER
    })
}

/** Whether it is written as a block of settings or a list. */
export function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
