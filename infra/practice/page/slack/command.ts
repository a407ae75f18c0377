import { slack } from './slack-api.ts'

/** Slack knows the commands that apps have registered, and says so of any other. */
const KNOWN = /^\/helpbot(?=\s|$)/

/**
 * Sends what was typed as a slash command. What the bot answers comes with the messages, for this person only.
 * @throws Error with a sentence for the person when there is no such command, or the bot did not answer it
 */
export async function runCommand(user: string, conversationId: string, text: string): Promise<void> {
  const [command] = KNOWN.exec(text) ?? []
  if (command === undefined) throw new Error(`${text.split(/\s/)[0]} is not a valid command. /helpbot is one.`)
  const answer = await slack.command(user, conversationId, command, text.slice(command.length).trim())
  if (!answer.acknowledged) throw new Error(`${command} failed: the app did not answer in time.`)
}
