import type { Note } from '../shown-message.ts'

/** What Slack shows when the bot has not answered in time, or not as it may. */
export function noteOf(
  bot: string,
  answer: { readonly acknowledged: boolean; readonly status: number },
): Note | undefined {
  if (answer.acknowledged) return undefined
  const why = answer.status === 0 ? 'did not answer in time' : `answered ${answer.status}`
  return { text: `${bot} ${why}. It may be restarting: try again in a moment.`, isError: true }
}

/** Does something and says what the person reads below it; what went wrong as well. */
export async function told(
  bot: string,
  act: () => Promise<{ readonly acknowledged: boolean; readonly status: number }>,
): Promise<Note | undefined> {
  try {
    return noteOf(bot, await act())
  } catch (error) {
    return { text: error instanceof Error ? error.message : 'Something went wrong.', isError: true }
  }
}
