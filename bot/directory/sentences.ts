import type { DirectoryErrorCode } from './directory-error.ts'

/** What a person reads when the directory fails them: what happened, and what happens next. Never a vendor's words. */
export const sentences: Readonly<Record<DirectoryErrorCode | 'maybe-done', string>> = {
  'not-found': 'The directory does not have that account any more. IT can tell you why.',
  refused: 'The directory did not let me do that, and nothing was changed. IT has to put it right before it can work.',
  protected:
    'That account is looked after in your company’s own network, so I cannot change it from here. IT can do it for you.',
  conflict:
    'Somebody else changed the same thing at the same moment. Please look again, and try once more if it is needed.',
  unreachable:
    'I cannot reach the directory at the moment, and nothing was changed. Please try again in a few minutes.',
  'maybe-done':
    'The directory did not answer, so it is not certain whether the change was made. That has to be checked before anything else is tried.',
  throttled: 'The directory is very busy, and nothing was changed. Please try again in a few minutes.',
  policy: 'The directory did not accept that value, and nothing was changed. Please ask for a new one.',
}
