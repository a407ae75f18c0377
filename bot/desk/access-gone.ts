import { DirectoryError } from '../directory/directory-error.ts'

/** What is not in the directory is undefined; whatever else went wrong is thrown on: unknown is never "no". */
export function isGone(error: unknown): undefined {
  if (error instanceof DirectoryError && error.code === 'not-found') return undefined
  throw error
}
