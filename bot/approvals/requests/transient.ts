import { DirectoryError } from '../../directory/directory-error.ts'

/** Whether the directory may well answer in a moment. */
export function isTransient(error: unknown): boolean {
  return error instanceof DirectoryError && (error.code === 'unreachable' || error.code === 'throttled')
}

/** What the directory answers, or undefined where the object is not there (any more). @throws DirectoryError for all else */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof DirectoryError && error.code === 'not-found') return undefined
    throw error
  }
}
